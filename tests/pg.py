#!/usr/bin/env python3
"""pg.py COMMAND… - runs a command with a PostgreSQL of its own; standard library only.

A cluster in a temporary folder, listening on one socket in that folder and on a free port of the
loopback address, with fsync on. The command gets REDINK_TEST_PG, the address of an empty database that
belongs to a role without special rights, so that row-level security holds for it. `--partitions N` adds
partitions=N. When it ends, the cluster is stopped and removed. root may not run a server: then it runs
as `postgres` (or nobody). Its exit code is that of the command; without PostgreSQL it says
"0 passed, 0 failed, 1 skipped".
"""
import glob, os, pathlib, pwd, secrets, shutil, signal, socket, subprocess, sys, tempfile


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"),
                   key=lambda p: int(p.split("/")[4]) if p.split("/")[4].isdigit() else 0)
    if found:
        return pathlib.Path(found[-1]).parent
    there = shutil.which("initdb")
    return pathlib.Path(there).resolve().parent if there else None


def server_user():
    """The account that the server runs as when we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    """with Cluster() as c: c.url"""

    def __init__(self, partitions=0, settings=()):
        self.bin, self.user = programs(), server_user()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redink-pg-"))
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.settings = settings
        self.url = f"postgres://redink:{self.password}@127.0.0.1:{self.port}/redink"
        if partitions:
            self.url += f"?partitions={partitions}"

    def run(self, program, *args, text=None):
        ids = {} if self.user is None else {"user": self.user.pw_uid, "group": self.user.pw_gid,
                                            "extra_groups": []}
        done = subprocess.run([self.bin / program, *map(str, args)], input=text, text=True, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, **ids)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")

    def __enter__(self):
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        data = self.folder / "data"
        self.run("initdb", "-D", data, "-U", "owner", "--auth-local=trust", "--auth-host=scram-sha-256",
                 "-E", "UTF8", "--no-locale", "--data-checksums")
        with open(data / "postgresql.conf", "a", encoding="utf-8") as f:
            f.write(f"listen_addresses='127.0.0.1'\nport={self.port}\n"
                    f"unix_socket_directories='{self.folder}'\nfsync=on\nmax_connections=60\n"
                    "shared_buffers=64MB\n" + "".join(s + "\n" for s in self.settings))
        self.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", self.folder / "log", "start")
        self.run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", self.port, "-U", "owner",
                 "postgres", text=f"CREATE ROLE redink LOGIN PASSWORD '{self.password}';\n"
                                  "CREATE DATABASE redink OWNER redink;\n")

    def __exit__(self, *_):
        try:
            if (self.folder / "data" / "postmaster.pid").exists():
                self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def stop_as_exit(*_):
    """A signal ends the cluster as well: without this it would stay behind."""
    sys.exit(3)


def main():
    for s in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, stop_as_exit)
    args, partitions = sys.argv[1:], 0
    if args[:1] == ["--partitions"]:
        partitions, args = int(args[1]), args[2:]
    if programs() is None:
        print("skipped: PostgreSQL is not installed (Debian package postgresql)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with Cluster(partitions) as c:
        return subprocess.run(args, env=dict(os.environ, REDINK_TEST_PG=c.url), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
