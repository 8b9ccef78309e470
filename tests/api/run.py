#!/usr/bin/env python3
"""run.py [--build DIR] [NAME…] - plays tests/api/*.api against a server (script.py says how they read).

With REDINK_TEST_PG the server keeps its data in that PostgreSQL database, which is emptied first. Names
choose scripts ("openapi": openapi.py); all of them share one firm, so each makes the records that it speaks of.
"""
import argparse
import os
import pathlib
import sys

import harness
import openapi
import script

HERE = pathlib.Path(__file__).resolve().parent


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build-asan")
    p.add_argument("names", nargs="*")
    a = p.parse_args()
    files = sorted(f for f in HERE.glob("*.api") if not a.names or f.stem in a.names)
    count = harness.Count()
    with_pg = os.environ.get("REDINK_TEST_PG")
    server = harness.Server(a.build, pg=with_pg)
    try:
        world = harness.set_up(server)
        world.document = world.people["nobody"].must("GET", "/api/v1/openapi.json")
        for f in files:
            script.play(f, world, count)
        if not a.names or "openapi" in a.names:
            openapi.check(world, count)
        harness.finish(server, count)
    except harness.Broken as e:
        count.check(False, str(e))
    except OSError as e:
        count.check(False, f"{e}: {server.end()}")
    finally:
        server.__exit__()
    return count.done()


if __name__ == "__main__":
    sys.exit(main())
