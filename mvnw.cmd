<# : batch portion
@REM ----------------------------------------------------------------------------
@REM Licensed to the Apache Software Foundation (ASF) under one
@REM or more contributor license agreements.  See the NOTICE file
@REM distributed with this work for additional information
@REM regarding copyright ownership.  The ASF licenses this file
@REM to you under the Apache License, Version 2.0 (the
@REM "License"); you may not use this file except in compliance
@REM with the License.  You may obtain a copy of the License at
@REM
@REM    http://www.apache.org/licenses/LICENSE-2.0
@REM
@REM Unless required by applicable law or agreed to in writing,
@REM software distributed under the License is distributed on an
@REM "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY
@REM KIND, either express or implied.  See the License for the
@REM specific language governing permissions and limitations
@REM under the License.
@REM ----------------------------------------------------------------------------

@REM Apache Maven Wrapper startup batch script, after version 3.3.4, changed for Eardrum:
@REM if the distribution can't be downloaded, a Maven 3.8 or newer on the PATH does the
@REM work; downloads give up soon; no support for mvnd.
@REM
@REM Optional ENV vars
@REM   MAVEN_USER_HOME - where the distribution is kept, %USERPROFILE%\.m2 by default
@REM   MVNW_REPOURL - url of a Maven repository to take the distribution from
@REM   MVNW_USERNAME/MVNW_PASSWORD - user and password for downloading Maven
@REM   MVNW_VERBOSE - true: enable verbose log; others: silence the output
@REM ----------------------------------------------------------------------------

@IF "%__MVNW_ARG0_NAME__%"=="" (SET __MVNW_ARG0_NAME__=%~nx0)
@SET __MVNW_CMD__=
@SET __MVNW_PSMODULEP_SAVE=%PSModulePath%
@SET PSModulePath=
@FOR /F "usebackq tokens=1* delims==" %%A IN (`powershell -noprofile "& {$scriptDir='%~dp0'; $script='%__MVNW_ARG0_NAME__%'; icm -ScriptBlock ([Scriptblock]::Create((Get-Content -Raw '%~f0'))) -NoNewScope}"`) DO @(
  IF "%%A"=="MVN_CMD" (set __MVNW_CMD__=%%B) ELSE IF "%%B"=="" (echo %%A) ELSE (echo %%A=%%B)
)
@SET PSModulePath=%__MVNW_PSMODULEP_SAVE%
@SET __MVNW_PSMODULEP_SAVE=
@SET __MVNW_ARG0_NAME__=
@SET MVNW_USERNAME=
@SET MVNW_PASSWORD=
@IF NOT "%__MVNW_CMD__%"=="" ("%__MVNW_CMD__%" %*)
@IF "%__MVNW_CMD__%"=="" exit /b 1
@GOTO :EOF
: end batch / begin powershell #>

$ErrorActionPreference = "Stop"
if ($env:MVNW_VERBOSE -eq "true") {
  $VerbosePreference = "Continue"
}

function Write-Notice([string] $text) {
  [Console]::Error.WriteLine("mvnw: $text")
}

# the first Maven 3.8 or newer on the PATH, with its version, or nothing
function Find-MavenOnPath {
  foreach ($candidate in @(Get-Command mvn -CommandType Application -ErrorAction SilentlyContinue)) {
    try {
      $ErrorActionPreference = "Continue"
      $output = (& $candidate.Path --version 2>$null) -join "`n"
    } catch {
      continue
    }
    if ($output -match "Apache Maven (\d+)\.(\d+)[0-9.]*") {
      $major = [int] $Matches[1]
      $minor = [int] $Matches[2]
      if ($major -gt 3 -or ($major -eq 3 -and $minor -ge 8)) {
        return @{ Path = $candidate.Path; Version = ($Matches[0] -replace "^Apache Maven ", "") }
      }
    }
  }
}

# short connect timeout and no retries, a slow line may take its time
function Save-Url([string] $url, [string] $file) {
  [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
  $request = [Net.WebRequest]::Create($url)
  $request.Timeout = 10000
  $request.ReadWriteTimeout = 30000
  if ($env:MVNW_USERNAME -and $env:MVNW_PASSWORD) {
    $request.Credentials = New-Object System.Net.NetworkCredential($env:MVNW_USERNAME, $env:MVNW_PASSWORD)
  }
  $response = $request.GetResponse()
  try {
    $target = [IO.File]::Create($file)
    try {
      $response.GetResponseStream().CopyTo($target)
    } finally {
      $target.Dispose()
    }
  } finally {
    $response.Dispose()
  }
}

$propertiesFile = "$scriptDir/.mvn/wrapper/maven-wrapper.properties"
$properties = Get-Content -Raw $propertiesFile | ConvertFrom-StringData
$distributionUrl = $properties.distributionUrl
$distributionName = $distributionUrl -replace '^.*/',''
if ($distributionName -notmatch '^apache-maven-(.+)-bin\.zip$') {
  Write-Notice "distributionUrl in $propertiesFile must end with apache-maven-<version>-bin.zip, but is '$distributionUrl'"
  exit 1
}
$mavenVersion = $Matches[1]
$mavenName = "apache-maven-$mavenVersion"
if ($env:MVNW_REPOURL) {
  $distributionUrl = "$($env:MVNW_REPOURL.TrimEnd('/'))/org/apache/maven/apache-maven/$mavenVersion/$distributionName"
}

# maven home pattern: ~/.m2/wrapper/dists/apache-maven-<version>/<hash>
$mavenUserHome = if ($env:MAVEN_USER_HOME) { $env:MAVEN_USER_HOME } else { "$HOME/.m2" }
$mavenHomeParent = "$mavenUserHome/wrapper/dists/$mavenName"
$mavenHomeName = ([System.Security.Cryptography.SHA256]::Create().ComputeHash([byte[]][char[]]$distributionUrl) | ForEach-Object {$_.ToString("x2")}) -join ''
$mavenHome = "$mavenHomeParent/$mavenHomeName"
# there, and younger than an hour: the last download failed, so that the next build need not wait for the network too
$failure = "$mavenHome.failed"

if (Test-Path -Path $mavenHome -PathType Container) {
  Write-Verbose "found existing MAVEN_HOME at $mavenHome"
  Write-Output "MVN_CMD=$mavenHome/bin/mvn.cmd"
  exit 0
}

$maven = $null
if ((Test-Path -Path $failure) -and (Get-Item $failure).LastWriteTime -gt (Get-Date).AddHours(-1)) {
  $maven = Find-MavenOnPath
  $reason = "$distributionUrl could not be downloaded a short while ago"
}

if (!$maven) {
  $downloads = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid().ToString())
  $step = "cannot be downloaded"
  $compromised = $false
  try {
    New-Item -ItemType Directory -Path $mavenHomeParent -Force | Out-Null
    New-Item -ItemType Directory -Path $downloads | Out-Null
    $archive = "$downloads/$distributionName"
    try {
      Save-Url $distributionUrl $archive
    } catch {
      New-Item -ItemType File -Path $failure -Force | Out-Null
      throw
    }
    if ($properties.distributionSha256Sum) {
      Import-Module $PSHOME\Modules\Microsoft.PowerShell.Utility -Function Get-FileHash
      $compromised = (Get-FileHash $archive -Algorithm SHA256).Hash -ne $properties.distributionSha256Sum
    }
    if (!$compromised) {
      $step = "cannot be unpacked"
      Expand-Archive $archive -DestinationPath $downloads | Out-Null
      $step = "cannot be installed as $mavenHome"
      try {
        Move-Item -Path "$downloads/$mavenName" -Destination $mavenHome | Out-Null
      } catch {
        # another build may have been faster
        if (!(Test-Path -Path $mavenHome -PathType Container)) { throw }
      }
      Remove-Item $failure -Force -ErrorAction SilentlyContinue
    }
  } catch {
    Write-Verbose "$_"
    $reason = "$distributionUrl $step"
  } finally {
    Remove-Item $downloads -Recurse -Force -ErrorAction SilentlyContinue
  }
  if ($compromised) {
    Write-Notice "$distributionUrl does not have the SHA-256 sum that $propertiesFile names; it might be compromised"
    exit 1
  }
  if (Test-Path -Path $mavenHome -PathType Container) {
    Write-Output "MVN_CMD=$mavenHome/bin/mvn.cmd"
    exit 0
  }
  $maven = Find-MavenOnPath
  if (!$maven) {
    Write-Notice "$reason, and there is no Maven 3.8 or newer on the PATH"
    exit 1
  }
}

Write-Notice "$reason; using Maven $($maven.Version) on the PATH"
Write-Output "MVN_CMD=$($maven.Path)"
