#!/usr/bin/env python3
"""Puts the same points into Eardrum and into a real Graphite, asks both the same, and compares the answers.

    compare.py <Eardrum's TCP port> <Eardrum's HTTP port> [<its port for Graphite's lines>]

With the third port, it also follows docs/moving-from-graphite.md. Needs Debian's packages graphite-web and graphite-carbon. They run with a configuration of their own in a scratch folder, on
free ports of the loopback interface, until this ends. Prints each difference; exits with 1 if there is any.
Differences that are meant are in docs/graphite.md, and not asked for here.
"""

import json
import math
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "src", "build"))
import moving  # noqa: E402
from ports import free_port  # noqa: E402

PYTHON = "/usr/bin/python3"  # the one that Debian's packages are installed for

WEB = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"
os.environ["GRAPHITE_SETTINGS_MODULE"] = "compare_settings"
sys.path.insert(0, sys.argv[2])
from wsgiref.simple_server import make_server, WSGIRequestHandler
class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass
import warnings
warnings.simplefilter("ignore")
from graphite.wsgi import application
make_server("127.0.0.1", int(sys.argv[1]), application, handler_class=Quiet).serve_forever()
"""

MIGRATE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"
os.environ["GRAPHITE_SETTINGS_MODULE"] = "compare_settings"
sys.path.insert(0, sys.argv[1])
from django.core.management import execute_from_command_line
execute_from_command_line(["compare", "migrate", "--run-syncdb"])
"""

SETTINGS = """
SECRET_KEY = "compare"
TIME_ZONE = "UTC"
ALLOWED_HOSTS = ["*"]
STORAGE_DIR = {folder!r}
CONF_DIR = {folder!r}
WHISPER_DIR = {folder!r} + "/whisper"
STANDARD_DIRS = [WHISPER_DIR]
LOG_DIR = {folder!r} + "/log"
INDEX_FILE = {folder!r} + "/index"
CARBONLINK_HOSTS = []
FIND_CACHE_DURATION = 0
FIND_TIMEOUT = 120
FETCH_TIMEOUT = 120
DEFAULT_CACHE_DURATION = 0
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {folder!r} + "/graphite.db"}}}}
"""

CARBON = """
[cache]
STORAGE_DIR = {folder}
LOCAL_DATA_DIR = {folder}/whisper
CONF_DIR = {folder}
LOG_DIR = {folder}/log
PID_DIR = {folder}
USER =
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = inf
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {line_port}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {pickle_port}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {query_port}
ENABLE_LOGROTATION = False
ENABLE_TAGS = False
CARBON_METRIC_INTERVAL = 0
"""

SCHEMAS = """
[minute]
pattern = ^cmp\\.minute\\.
retentions = 60s:7d
""" + moving.SCHEMAS + """
[all]
pattern = .*
retentions = 10s:2d
"""


def points(start):
    """The points of each series, in order: key -> [(timestamp, value)]."""
    rnd = random.Random(6)
    series = {}
    steps = range(start, start + 3600, 10)
    for number, name in enumerate(("a", "b", "c")):
        series[f"cmp.regular.{name}"] = [
            (t, round(50 + 40 * math.sin((t - start) / 300 + number) + rnd.random(), 3)) for t in steps]
    for name in ("a", "b"):
        series[f"cmp.gappy.{name}"] = [
            (t, round(rnd.uniform(-10, 10), 4)) for t in steps if rnd.random() > 0.3 and not 900 < t - start < 1100]
    count, counter = 1000, []
    for t in steps:
        count = 5 if rnd.random() < 0.02 else count + rnd.randint(0, 500)
        if rnd.random() > 0.1:
            counter.append((t, count))
    series["cmp.counter.requests"] = counter
    # senders that are not punctual, and more than one point in a slot: the last one counts
    late = []
    for t in steps:
        late.append((t + 3, round(rnd.uniform(0, 1e6), 2)))
        if rnd.random() < 0.1:
            late.append((t + 8, 1e-7))
    series["cmp.late.a"] = late
    series["cmp.minute.a"] = [(t, (t - start) / 60.0 + 0.25) for t in range(start, start + 3600, 60)]
    series["cmp.minute.b"] = [(t, -(t - start) / 120.0) for t in range(start, start + 3600, 60)]
    for host in ("web01", "web02", "web10", "db01"):
        for what in ("cpu.user", "cpu.system", "mem"):
            series[f"cmp.servers.{host}.{what}"] = [(t, rnd.randint(0, 100)) for t in steps]
    return series


TARGETS = """
cmp.regular.a
cmp.regular.*
cmp.gappy.a
cmp.late.a
cmp.minute.*
cmp.regular.{a,c}
cmp.regular.[ab]
cmp.regular.?
cmp.none.*
cmp.none
cmp.regular.**
**.a
cmp.**.a
cmp.servers.**.cpu.*
cmp.**.none
sumSeries(cmp.regular.**)
averageSeries(**.cpu.*)
alias(cmp.regular.a, 'the name')
alias(cmp.regular.*, "x")
aliasByNode(cmp.regular.*, 1)
aliasByNode(cmp.servers.*.cpu.*, 1, 3)
aliasByNode(cmp.servers.*.cpu.*, -1)
aliasByNode(cmp.servers.*.cpu.*, 9)
aliasByNode(scale(cmp.regular.*, 2), 2)
aliasByNode(sumSeries(cmp.regular.*), 2)
aliasByMetric(cmp.servers.*.cpu.*)
aliasByMetric(scale(cmp.regular.a,2))
aliasSub(cmp.regular.*, '^cmp\\.(\\w+)\\.(\\w)$', '\\2 of \\1')
aliasSub(cmp.regular.*, "(^.*$)", "\\1 A")
aliasSub(cmp.regular.*, 'regular', 'odd')
substr(cmp.servers.web01.cpu.*, 1, 3)
substr(cmp.servers.web01.cpu.*, -2)
sumSeries(cmp.regular.*)
sum(cmp.regular.*)
sumSeries(cmp.gappy.*)
sumSeries(cmp.regular.*, cmp.gappy.*)
sumSeries(cmp.none.*)
averageSeries(cmp.gappy.*)
avg(cmp.regular.*)
maxSeries(cmp.gappy.*)
minSeries(cmp.gappy.*, cmp.regular.a)
diffSeries(cmp.regular.a, cmp.regular.b)
stddevSeries(cmp.regular.*)
rangeOfSeries(cmp.regular.*)
multiplySeries(cmp.regular.a, cmp.gappy.a)
countSeries(cmp.regular.*)
aggregate(cmp.gappy.*, 'median')
aggregate(cmp.gappy.*, 'count')
aggregate(cmp.gappy.*, 'avg_zero')
aggregate(cmp.gappy.*, 'last')
percentileOfSeries(cmp.servers.*.mem, 50)
percentileOfSeries(cmp.servers.*.mem, 95, true)
group(cmp.regular.a, cmp.gappy.a)
groupByNode(cmp.servers.*.cpu.*, 2, 'sum')
groupByNode(cmp.servers.*.cpu.*, 3, 'averageSeries')
groupByNode(cmp.servers.*.cpu.*, 2, 'maxSeries')
groupByNode(cmp.servers.*.cpu.*, 2)
groupByNodes(cmp.servers.*.cpu.*, 'max', 2, 4)
sumSeriesWithWildcards(cmp.servers.*.cpu.*, 2)
sumSeriesWithWildcards(cmp.servers.*.cpu.*, '2')
averageSeriesWithWildcards(cmp.servers.*.cpu.*, 2, 3)
aggregateWithWildcards(cmp.servers.*.cpu.*, 'min', 4)
divideSeries(cmp.regular.*, cmp.gappy.a)
divideSeries(cmp.regular.a, cmp.none)
divideSeriesLists(cmp.regular.{a,b}, cmp.gappy.{a,b})
asPercent(cmp.regular.*)
asPercent(cmp.regular.*, 200)
asPercent(cmp.regular.*, 0.5)
asPercent(cmp.regular.*, cmp.gappy.a)
asPercent(cmp.regular.{a,b}, cmp.gappy.{a,b})
asPercent(cmp.servers.*.cpu.*, None, 2)
asPercent(cmp.servers.*.cpu.user, cmp.servers.*.mem, 2)
scale(cmp.regular.*, 1.5)
scale(cmp.regular.a, 1000000)
scale(cmp.regular.a, 1e-3)
scale(cmp.gappy.a, -1)
offset(cmp.gappy.a, 10)
offset(cmp.gappy.a, -0.25)
add(cmp.gappy.a, 3)
pow(cmp.gappy.a, 2)
absolute(cmp.gappy.a)
invert(cmp.gappy.a)
squareRoot(cmp.gappy.a)
log(cmp.regular.a)
log(cmp.regular.a, 2)
round(cmp.regular.a)
round(cmp.regular.a, 1)
scaleToSeconds(cmp.counter.requests, 1)
offsetToZero(cmp.gappy.a)
transformNull(cmp.gappy.a)
transformNull(cmp.gappy.a, -1)
isNonNull(cmp.gappy.*)
keepLastValue(cmp.gappy.a)
keepLastValue(cmp.gappy.a, 1)
keepLastValue(cmp.gappy.a, limit=2)
keepLastValue(cmp.gappy.a, inf)
interpolate(cmp.gappy.a)
interpolate(cmp.gappy.a, 1)
derivative(cmp.gappy.a)
derivative(cmp.counter.requests)
nonNegativeDerivative(cmp.counter.requests)
nonNegativeDerivative(cmp.regular.a, 95)
nonNegativeDerivative(cmp.regular.a, minValue=20)
perSecond(cmp.counter.requests)
perSecond(cmp.regular.*)
integral(cmp.gappy.a)
summarize(cmp.gappy.a, '1min')
summarize(cmp.gappy.a, '5min', 'avg')
summarize(cmp.gappy.a, '7min', 'max', true)
summarize(cmp.regular.a, '1h', 'last')
summarize(cmp.regular.a, '5s', 'sum')
summarize(cmp.counter.requests, "10min", "count", false)
timeShift(cmp.regular.a, '10min')
timeShift(cmp.regular.*, '-5min')
timeShift(cmp.regular.a, '+5min')
timeShift(cmp.gappy.a, '10min', false)
timeShift(sumSeries(cmp.gappy.*), '3min')
movingAverage(cmp.regular.a, 5)
movingAverage(cmp.gappy.*, 10)
movingAverage(cmp.gappy.a, '5min')
movingAverage(cmp.gappy.a, '1min', 0.8)
movingAverage(cmp.gappy.a, 10, xFilesFactor=0.7)
movingAverage(perSecond(cmp.counter.requests), 3)
movingSum(cmp.gappy.a, 7)
movingMin(cmp.gappy.a, 7)
movingMax(cmp.gappy.a, '2min')
movingMedian(cmp.gappy.a, 6)
movingWindow(cmp.gappy.a, 6, 'stddev')
movingWindow(cmp.gappy.a, 6, 'multiply')
movingWindow(cmp.gappy.a, 6, 'avg_zero')
movingWindow(cmp.gappy.a, 6, 'count')
consolidateBy(cmp.regular.a, 'sum')
consolidateBy(cmp.gappy.*, 'max')
cumulative(cmp.regular.a)
setXFilesFactor(cmp.gappy.*, 0.9)
limit(cmp.servers.*.mem, 2)
limit(cmp.servers.*.mem, 0)
highestMax(cmp.servers.*.*.*, 3)
highestMax(cmp.gappy.*, 1)
highestCurrent(cmp.servers.*.cpu.*, 2)
highestAverage(cmp.servers.*.cpu.*, 4)
highest(cmp.servers.*.cpu.*, 2, 'min')
lowest(cmp.servers.*.cpu.*, 2)
lowestAverage(cmp.servers.*.cpu.*, 2)
lowestCurrent(cmp.servers.*.cpu.*, 2)
averageAbove(cmp.servers.*.cpu.*, 50)
averageBelow(cmp.servers.*.cpu.*, 50)
currentAbove(cmp.servers.*.cpu.*, 50)
maximumAbove(cmp.regular.*, 80)
minimumBelow(cmp.regular.*, 20)
filterSeries(cmp.servers.*.cpu.*, 'max', '>=', 100)
filterSeries(removeAboveValue(cmp.minute.*, -1), 'max', '!=', 5)
filterSeries(removeAboveValue(cmp.minute.*, -1), 'max', '<', -1000)
filterSeries(removeAboveValue(cmp.minute.*, -1), 'max', '>=', -1000)
averageBelow(removeAboveValue(cmp.minute.*, -1), -1000)
currentBelow(removeAboveValue(cmp.minute.*, -1), -1000)
maximumBelow(removeAboveValue(cmp.minute.*, -1), -1000)
minimumBelow(removeAboveValue(cmp.minute.*, -1), -1000)
minimumAbove(removeAboveValue(cmp.minute.*, -1), -1000)
grep(cmp.servers.*.cpu.*, 'web0[12]')
exclude(cmp.servers.*.cpu.*, 'web')
exclude(cmp.servers.*.cpu.*, '(?i)^CMP\\.servers\\.w')
grep(cmp.servers.*.cpu.*, 'web?0{,2}1')
grep(cmp.servers.*.cpu.*, '\\.(user|idle)\\Z')
grep(cmp.servers.*.cpu.*, '^(\\w+\\.){2}[^w.]{2,4}\\d{1,3}\\b')
aliasSub(cmp.regular.*, '(?P<last>\\w)$', '<\\g<last>>')
aliasSub(cmp.regular.a, '[^.]*$', 'x')
aliasSub(cmp.servers.*.cpu.*, '[aeiou]+?', '\\g<0>_')
unique(cmp.regular.a, cmp.regular.*)
removeEmptySeries(cmp.gappy.*)
removeAboveValue(cmp.gappy.a, 5)
removeBelowValue(cmp.gappy.a, 0.5)
mostDeviant(cmp.servers.*.cpu.*, 3)
nPercentile(cmp.gappy.*, 90)
sortByName(cmp.servers.*.cpu.user)
sortByName(cmp.servers.*.cpu.user, true)
sortByName(cmp.servers.*.cpu.user, reverse=true)
sortBy(cmp.servers.*.cpu.*, 'sum')
sortByMaxima(cmp.regular.*)
sortByMinima(cmp.regular.*)
sortByTotal(cmp.servers.*.cpu.*)
constantLine(100)
constantLine(12.50)
threshold(5, 'limit')
fallbackSeries(cmp.none, cmp.regular.a)
fallbackSeries(cmp.regular.b, cmp.regular.a)
exp(scale(cmp.gappy.*, 0.1))
sigmoid(cmp.gappy.a)
logit(scale(cmp.regular.a, 0.01))
minMax(cmp.gappy.*)
changed(cmp.counter.requests)
delay(cmp.gappy.a, 3)
delay(cmp.gappy.a, -400)
powSeries(cmp.gappy.a, scale(cmp.gappy.b, 0.3))
powSeries(cmp.regular.a, scale(cmp.regular.b, 0.01))
sumSeriesLists(cmp.servers.*.cpu.user, cmp.servers.*.cpu.system)
diffSeriesLists(cmp.servers.*.cpu.user, cmp.servers.*.cpu.system)
multiplySeriesLists(cmp.regular.{a,b}, cmp.gappy.*)
aggregateSeriesLists(cmp.regular.{a,b}, cmp.gappy.*, 'max', 0.7)
weightedAverage(cmp.servers.*.cpu.user, cmp.servers.*.mem, 2)
weightedAverage(cmp.regular.{a,b}, cmp.gappy.*)
reduceSeries(mapSeries(cmp.servers.*.cpu.*, 2), 'asPercent', 4, 'user', 'system')
reduce(map(cmp.servers.*.cpu.*, 2, 1), 'diffSeries', 4, 'user', 'system')
applyByNode(cmp.servers.*.cpu.*, 2, 'sumSeries(%.cpu.*)')
applyByNode(cmp.servers.*.mem, 2, 'divideSeries(%.cpu.user, %.mem)', '% a byte')
hitcount(cmp.gappy.*, '1min')
hitcount(cmp.counter.requests, '7min')
hitcount(cmp.minute.a, '90s')
hitcount(cmp.gappy.a, '5min', true)
hitcount(cmp.gappy.a, '1h', true)
hitcount(cmp.gappy.a, '1d', true)
smartSummarize(cmp.gappy.*, '5min')
smartSummarize(cmp.regular.a, '7min', 'max')
smartSummarize(cmp.regular.a, '5min', 'avg', 'hours')
smartSummarize(cmp.regular.a, '1h', 'last', 'days')
smartSummarize(cmp.regular.a, '1d', 'sum', 'weeks')
smartSummarize(cmp.regular.a, '1d', 'sum', 'months')
integralByInterval(cmp.gappy.*, '10min')
integralByInterval(cmp.minute.a, '1h')
timeStack(cmp.regular.a, '10min', 0, 3)
timeStack(cmp.gappy.*, '+5min', 1, 2)
exponentialMovingAverage(cmp.regular.*, 10)
exponentialMovingAverage(cmp.gappy.a, '2min')
stdev(cmp.gappy.*, 10)
stdev(cmp.gappy.a, 5, 0.9)
linearRegression(cmp.gappy.*)
linearRegression(cmp.minute.a)
aggregateLine(cmp.gappy.*)
aggregateLine(cmp.regular.a, 'max', true)
holtWintersForecast(cmp.regular.*, '20min', '5min')
holtWintersForecast(cmp.gappy.a, '20min', '10min')
holtWintersConfidenceBands(cmp.gappy.*, 2, '20min', '5min')
holtWintersConfidenceArea(cmp.regular.a, 3, '20min', '5min')
holtWintersAberration(cmp.servers.*.mem, 1, '20min', '5min')
averageOutsidePercentile(cmp.servers.*.cpu.*, 80)
removeBetweenPercentile(cmp.servers.*.cpu.*, 99)
removeBetweenPercentile(cmp.minute.*, 10)
removeAbovePercentile(cmp.gappy.*, 90)
removeBelowPercentile(cmp.gappy.*, 10)
useSeriesAbove(cmp.servers.*.cpu.user, 99, 'user', 'system')
useSeriesAbove(cmp.servers.*.cpu.user, 50, 'cpu.user', 'mem')
legendValue(cmp.regular.*, 'last', 'max', 'count')
legendValue(scale(cmp.regular.a, 1000), 'avg', 'si')
legendValue(scale(cmp.late.a, 1000), 'max', 'min', 'binary')
cactiStyle(cmp.servers.*.cpu.*)
cactiStyle(cmp.late.a, 'si')
cactiStyle(cmp.late.a, 'binary', 'B')
cactiStyle(cmp.gappy.*, units='ms')
aliasQuery(cmp.servers.*.cpu.user, 'user', 'system', 'system: %d')
aliasQuery(cmp.minute.a, 'a$', 'b', '%.3f')
color(cmp.regular.a, 'red')
alpha(cmp.regular.a, 0.5)
lineWidth(cmp.regular.a, 2)
dashed(cmp.regular.*)
dashed(cmp.regular.a, 2)
drawAsInfinite(cmp.gappy.a)
secondYAxis(cmp.regular.*)
sumSeries(secondYAxis(cmp.regular.a), dashed(cmp.regular.b))
areaBetween(cmp.regular.{a,b})
identity('x')
time('x')
timeFunction('x', 10)
sin('x', 2)
sinFunction('x', 1, 10)
offset(scale(randomWalk('x'), 0), 1)
cmp.regular.a|scale(2)|alias('piped')
alias(scale(offset(sumSeries(cmp.regular.a, cmp.regular.b), 1), 0.5), 'nested')
sumSeries(scale(cmp.regular.*, 2), alias(cmp.gappy.a, 'renamed'))
sumSeries(summarize(cmp.regular.*, '1min'))
averageSeries(cmp.minute.*)
sumSeries(timeShift(cmp.regular.*, '10min'), cmp.gappy.a)
aliasByNode(movingAverage(cmp.servers.*.cpu.user, 4), 2)
sumSeries(cmp.servers.{web01,db01,none}.cpu.{user,system})
sumSeries(cmp.regular.a, cmp.regular.b).select metric
transformNull(cmp.gappy.a, 0, cmp.gappy.b)
timeShift(cmp.gappy.a, '10min', true, true)
scaleToSeconds(cmp.counter.requests, 0.5)
countSeries(cmp.none.*)
group()
groupByNode(cmp.servers.*.cpu.*, 2, 'asPercent')
groupByNode(cmp.gappy.*, 2, 'keepLastValue')
groupByNode(cmp.gappy.*, 1, 'countSeries')
""".strip().splitlines()

# Names of aggregates here are those of the expression, as with carbonapi.
NAMES = {
    "sumSeries(scale(cmp.regular.*, 2), alias(cmp.gappy.a, 'renamed'))": "sumSeries(scale(cmp.regular.*,2),cmp.gappy.a)",
    "sumSeries(summarize(cmp.regular.*, '1min'))": 'sumSeries(summarize(cmp.regular.*, "1min", "sum"))',
}

# What the head of graphite-web has changed since 1.1.8, and Eardrum has as well: a window ends with the value at its
# time (issue 2632), so 1.1.8 shows each value of these one step later.
ONE_STEP_LATE = ("movingAverage(", "movingSum(", "movingMin(", "movingMax(", "movingMedian(", "movingWindow(")

# Asked over other ranges and with other parameters as well.
SHORT = ["cmp.regular.*", "cmp.gappy.a", "cmp.minute.a", "sumSeries(cmp.gappy.*)", "consolidateBy(cmp.gappy.a, 'sum')",
         "consolidateBy(cmp.gappy.a, 'last')", "summarize(cmp.gappy.a, '5min')", "movingAverage(cmp.gappy.a, 5)",
         "timeShift(cmp.regular.a, '7min')", "constantLine(3)", "perSecond(cmp.counter.requests)"]

FINDS = ["*", "cmp", "cmp.*", "cmp.servers.*", "cmp.servers.web*.cpu.*", "cmp.servers.{db,web}01.*", "cmp.regular.a", "cmp.none",
         "cmp.*.a", "cmp.regular.[ab]", "cmp.servers.web?1", "**", "cmp.**", "**.a", "cmp.**.cpu", "cmp.servers.**.cpu.*",
         "cmp.regular.**", "cmp.regular.a**", "cmp.{a", "cmp.{regular,gap{py,s}}.a", "**.cpu.**"]


class Both:
    def __init__(self, eardrum, graphite):
        self.bases = {"Eardrum": eardrum, "Graphite": graphite}
        self.asked = 0
        self.different = 0

    def ask(self, base, path, parameters):
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{base}{path}?{query}", timeout=60) as response:
            return response.read().decode()

    def compare(self, path, parameters, difference):
        self.asked += 1
        answers = {}
        for name, base in self.bases.items():
            try:
                answers[name] = self.ask(base, path, parameters)
            except urllib.error.HTTPError as ex:
                answers[name] = f"HTTP {ex.code}: {ex.read().decode(errors='replace')[-300:]}"
        try:
            found = difference(answers["Eardrum"], answers["Graphite"])
        except ValueError:
            found = f"Eardrum: {answers['Eardrum'][:600]}\n  Graphite: {answers['Graphite'][:600]}"
        if found:
            self.different += 1
            print(f"DIFFERENT {path} {parameters}\n  {found}")


def close(a, b):
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def render_difference(eardrum, graphite):
    ours, theirs = json.loads(eardrum), json.loads(graphite)
    if [s["target"] for s in ours] != [s["target"] for s in theirs]:
        return f"names: {[s['target'] for s in ours]}\n    not {[s['target'] for s in theirs]}"
    for our, their in zip(ours, theirs):
        a, b = our["datapoints"], their["datapoints"]
        if [p[1] for p in a] != [p[1] for p in b]:
            return (f"times of {our['target']}: {len(a)} from {a[:1]} to {a[-1:]}, "
                    f"not {len(b)} from {b[:1]} to {b[-1:]}")
        for p, q in zip(a, b):
            if not close(p[0], q[0]):
                return f"{our['target']} at {p[1]}: {p[0]}, not {q[0]}"
        if our["tags"].get("name") != their["tags"].get("name"):
            return f"tag name of {our['target']}: {our['tags'].get('name')}, not {their['tags'].get('name')}"
    return None


def earlier(graphite):
    """The answer with each value one step earlier, and without the last point, whose value is unknown."""
    series = json.loads(graphite)
    for one in series:
        values = [value for value, _ in one["datapoints"]]
        one["datapoints"] = [[value, time] for value, (_, time) in zip(values[1:], one["datapoints"])]
    return json.dumps(series)


def without_last(eardrum):
    series = json.loads(eardrum)
    for one in series:
        del one["datapoints"][-1:]
    return json.dumps(series)


def renamed(eardrum, names):
    """The answer with the name of Graphite's answer, if it has the name that it has to have here."""
    series = json.loads(eardrum)
    for one in series:
        if one["target"] == names[0]:
            one["target"] = one["tags"]["name"] = names[1]
    return json.dumps(series)


def target_difference(target):
    if any(function in target for function in ONE_STEP_LATE):
        return lambda ours, theirs: render_difference(without_last(ours), earlier(theirs))
    if target in NAMES:
        return lambda ours, theirs: render_difference(renamed(ours, (NAMES[target], json.loads(theirs)[0]["target"])), theirs)
    return render_difference


def json_difference(eardrum, graphite):
    ours, theirs = json.loads(eardrum), json.loads(graphite)
    return None if ours == theirs else f"{ours}\n    not {theirs}"


def completer_difference(eardrum, graphite):
    """Graphite has nodes of the same name in the order of its file system."""
    ours, theirs = json.loads(eardrum)["metrics"], json.loads(graphite)["metrics"]
    if [m["name"] for m in ours] != [m["name"] for m in theirs]:
        return f"{ours}\n    not {theirs}"
    return sorted_difference(json.dumps([m["path"] for m in ours]), json.dumps([m["path"] for m in theirs]))


def sorted_difference(eardrum, graphite):
    ours, theirs = sorted(json.loads(eardrum)), sorted(json.loads(graphite))
    return None if ours == theirs else f"{ours}\n    not {theirs}"


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def text_difference(eardrum, graphite):
    """Line by line; numbers are compared as such, since some of Graphite's are integers."""
    ours, theirs = eardrum.splitlines(), graphite.splitlines()
    if len(ours) != len(theirs):
        return f"{len(ours)} lines, not {len(theirs)}"
    for a, b in zip(ours, theirs):
        words, others = a.replace("|", ",").split(","), b.replace("|", ",").split(",")
        if len(words) != len(others):
            return f"{a[:200]}\n    not {b[:200]}"
        for word, other in zip(words, others):
            if word != other and (number(word) is None or not close(number(word), number(other))):
                return f"{word} in {a[:200]}\n    not {other} in {b[:200]}"
    return None


def send(port, lines, replies):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        s.sendall("".join(lines).encode())
        if replies:
            s.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := s.recv(65536):
                answer += chunk
            if answer != b"ok\n\n" * len(lines):
                sys.exit(f"Eardrum did not take all points: {answer[:200]!r}")


def environment_of(folder):
    return {**os.environ, "GRAPHITE_ROOT": folder, "GRAPHITE_CONF_DIR": folder, "GRAPHITE_STORAGE_DIR": folder}


def start_graphite(folder, web_port, line_port):
    os.makedirs(f"{folder}/whisper")
    os.makedirs(f"{folder}/log")
    files = {
        "carbon.conf": CARBON.format(folder=folder, line_port=line_port, pickle_port=free_port(), query_port=free_port()),
        "storage-schemas.conf": SCHEMAS,
        "storage-aggregation.conf": "[all]\npattern = .*\nxFilesFactor = 0\naggregationMethod = average\n",
        "compare_settings.py": SETTINGS.format(folder=folder),
    }
    for name, content in files.items():
        with open(f"{folder}/{name}", "w") as file:
            file.write(content)
    log = open(f"{folder}/log/start", "w")
    environment = environment_of(folder)
    # its tables of users and tags
    subprocess.run([PYTHON, "-c", MIGRATE, folder], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, check=True)
    carbon = ["/usr/bin/carbon-cache", f"--config={folder}/carbon.conf", f"--logdir={folder}/log", f"--pidfile={folder}/pid",
              "--nodaemon", "start"]
    return [subprocess.Popen(command, stdout=log, stderr=log, env=environment, stdin=subprocess.DEVNULL)
            for command in ([PYTHON, *carbon], [PYTHON, "-c", WEB, str(web_port), folder])]


def await_points(both, series, processes, folder):
    """Waits until Graphite has written what it was sent."""
    last = max(t for values in series.values() for t, _ in values)
    first = min(t for values in series.values() for t, _ in values)
    deadline = time.time() + 120
    while time.time() < deadline:
        for process in processes:
            if process.poll() is not None:
                with open(f"{folder}/log/start") as log:
                    sys.exit(f"a part of Graphite has ended:\n{log.read()[-3000:]}")
        try:
            answer = json.loads(both.ask(both.bases["Graphite"], "/render", [
                ("target", "cmp.*.*"), ("target", "cmp.*.*.*"), ("target", "cmp.*.*.*.*"), ("from", first - 60), ("until", last),
                ("format", "json")]))
            stored = {s["target"]: sum(v is not None for v, _ in s["datapoints"]) for s in answer}
            step = {key: 60 if ".minute." in key else 10 for key in series}
            if all(stored.get(key, 0) == len({t // step[key] for t, _ in values}) for key, values in series.items()):
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.5)
    sys.exit("Graphite has not got all points after 120 s")


def move(both, tcp_port, ports, processes, folder):
    """Brings the points of Graphite over, as the document says, and asks both the same."""
    now = int(time.time()) // 60 * 60
    send(ports["2103"], [f"{key} {v!r} {t}\n" for key, values in moving.points(now).items() for t, v in values], False)
    moving.await_points(both.ask, both.bases["Graphite"], now)
    moving.import_whisper(folder, PYTHON, tcp_port)
    # One range in the fine archive, and one in the coarse one.
    moving.compare(both, [(now - 3000, now - 600), (now - 6900, now - 4200)], target_difference)
    relay = moving.start_relay(folder, PYTHON, ports, environment_of(folder))
    processes.append(relay)
    last = moving.relay_points(both, ports["2003"], relay, folder)
    for target in ("moved.relayed.*", "sumSeries(moved.relayed.*)"):
        both.compare("/render", [("target", target), ("from", last - 280), ("until", last), ("format", "json")],
                     target_difference(target))


def main():
    tcp_port, http_port = int(sys.argv[1]), int(sys.argv[2])
    folder = tempfile.mkdtemp(prefix="graphite")
    web_port, line_port = free_port(), free_port()
    processes = start_graphite(folder, web_port, line_port)
    try:
        both = Both(f"http://127.0.0.1:{http_port}", f"http://127.0.0.1:{web_port}")
        start = int(time.time()) // 3600 * 3600 - 2 * 3600
        series = points(start)
        send(tcp_port, [f"put {key} {v} {t}\n" for key, values in series.items() for t, v in values], True)
        deadline = time.time() + 60
        while True:
            try:
                send(line_port, [f"{key} {v} {t}\n" for key, values in series.items() for t, v in values], False)
                break
            except ConnectionRefusedError:
                if time.time() > deadline:
                    sys.exit("Carbon does not listen after 60 s")
                time.sleep(0.5)
        await_points(both, series, processes, folder)
        compare(both, start)
        if len(sys.argv) > 3:
            ports = {"2003": free_port(), "2004": free_port(), "2103": line_port, "2203": int(sys.argv[3])}
            move(both, tcp_port, ports, processes, folder)
        print(f"{both.asked} questions, {both.different} answers differ")
        return 1 if both.different else 0
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def compare(both, start):
    wide = [("from", start + 600), ("until", start + 3000)]
    for target in TARGETS:
        both.compare("/render", [("target", target), *wide, ("format", "json")], target_difference(target))
    ranges = [[("from", start + 603), ("until", start + 1807)], [("from", start - 300), ("until", start + 300)],
              [("from", start + 1800), ("until", start + 1805)], [("until", start + 600), ("from", start + 1200)]]
    for target in SHORT:
        for extra in ranges:
            both.compare("/render", [("target", target), *extra, ("format", "json")], target_difference(target))
        if target.startswith(ONE_STEP_LATE):
            continue
        for maximum in (1, 7, 50, 100, 1000):
            both.compare("/render", [("target", target), *wide, ("format", "json"), ("maxDataPoints", maximum)],
                         render_difference)
        both.compare("/render", [("target", target), *wide, ("format", "json"), ("noNullPoints", "true")], render_difference)
        for form in ("csv", "raw"):
            both.compare("/render", [("target", target), *wide, ("format", form), ("tz", "Asia/Kathmandu")], text_difference)
    both.compare("/render", [*(("target", target) for target in SHORT if not target.startswith(ONE_STEP_LATE)), *wide, ("format", "json"), ("maxDataPoints", 30)],
                 render_difference)
    now = [("now", start + 3000), ("format", "json"), ("target", "cmp.regular.a")]
    day = time.strftime("%Y%m%d", time.gmtime(start))
    for begin, end in (("-30min", "now"), ("-1h", "-10min"), ("now-20min", "now-10min"), (f"{time.strftime('%H:%M', time.gmtime(start))}_{day}", "now"),
                       (f"{day}", "now"), ("today", "now"), ("midnight", "now"), ("noon_yesterday", "today"), ("yesterday", "today"), ("-2h30min", "-1min")):
        both.compare("/render", [*now, ("from", begin), ("until", end)], render_difference)
    for begin, end in (("06:30_20261025", "07:00_20261025"), ("02:30_20261025", "04:00_20261025")):
        for zone in ("europe/berlin", "utc", "EST", "HST", "ROC"):
            both.compare("/render", [("target", "constantLine(1)"), ("format", "json"), ("from", begin), ("until", end), ("tz", zone)],
                         render_difference)
    for query in FINDS:
        both.compare("/metrics/find", [("query", query)], json_difference)
        both.compare("/metrics/find", [("query", query), ("wildcards", 1)], json_difference)
        both.compare("/metrics/find", [("query", query), ("format", "completer")], completer_difference)
        both.compare("/metrics/expand", [("query", query)], json_difference)
        both.compare("/metrics/expand", [("query", query), ("groupByExpr", 1), ("leavesOnly", 1)], json_difference)
    both.compare("/metrics/expand", [("query", "cmp.regular.*"), ("query", "cmp.*.a")], json_difference)
    both.compare("/metrics/index.json", [], sorted_difference)
    both.compare("/metrics", [("query", "cmp.*")], json_difference)
    both.compare("/tags/findSeries", [("expr", "name=x")], json_difference)
    both.compare("/tags/none", [], json_difference)
    for path in ("/tags", "/tags/autoComplete/tags"):
        both.compare(path, [], json_difference)
    both.compare("/tags/autoComplete/values", [("tag", "x")], json_difference)
    both.compare("/version", [], lambda a, b: None if a.strip() == b.strip() else f"{a} not {b}")


if __name__ == "__main__":
    sys.exit(main())
