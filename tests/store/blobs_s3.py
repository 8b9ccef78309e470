#!/usr/bin/env python3
"""blobs_s3.py BLOBS REDINK - the blobs of a store in a real S3-speaking server (tests/net/servers.py), and
`redink serve` that is told to keep them there: with the right keys it starts, with others it says why not."""
import os, pathlib, signal, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
import servers  # noqa: E402


def serve(redink, folder, url, variables, *more):
    """Whether the server starts, and what it says."""
    env = dict(servers.environment(), LC_ALL="C", **variables)
    p = subprocess.Popen([redink, "serve", "--lang", "en", "--data", folder / "served", "--port", "0", "--blobs", url,
                          "--outbound-private", *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    said = ""
    for line in p.stdout:
        said += line
        if line.startswith("listening"):
            break
    p.send_signal(signal.SIGTERM)
    rest, _ = p.communicate(timeout=60)
    return p.returncode == 0, said + rest


def serve_all(redink, folder, port):
    """(passed, failed) of a server with this store behind it."""
    url = f"s3://blobs/desk?endpoint=https://127.0.0.1:{port}&ca={folder}/ca.pem"
    keys = {"REDINK_S3_ACCESS_KEY": "S3RVER", "REDINK_S3_SECRET_KEY": "S3RVER"}
    file = folder / "keys"
    file.write_text("S3RVER\nS3RVER\n")
    os.chmod(file, 0o400)
    rows = [("keys of variables", url, keys, (), True, "listening"),
            ("keys of a file", url, {}, ("--blobs-key", str(file)), True, "listening"),
            ("no keys", url, {}, (), False, "REDINK_S3_ACCESS_KEY"),
            ("a wrong key", url, dict(keys, REDINK_S3_SECRET_KEY="other"), (), False, "object store"),
            ("no such bucket", url.replace("blobs", "elsewhere"), keys, (), False, "object store"),
            ("no endpoint", "s3://blobs", keys, (), False, "endpoint=https://")]
    failed = 0
    for name, at, variables, more, want, words in rows:
        good, said = serve(redink, folder, at, variables, *more)
        if good != want or words not in said or "S3RVER" in said:
            failed += 1
            print(f"FAIL serve, {name}: {said}")
    return len(rows) - failed, failed


class Commands:
    """The operator's commands on a store whose blobs are objects."""

    def __init__(self, redink, folder, port):
        self.redink, self.folder, self.port, self.passed, self.failed = redink, folder, port, 0, 0
        self.file = folder / "keys"

    def at(self, prefix):
        return f"s3://blobs/{prefix}?endpoint=https://127.0.0.1:{self.port}&ca={self.folder}/ca.pem"

    def run(self, want, words, *argv, blobs=None, option="--blobs"):
        more = [option, self.at(blobs), "--blobs-key", self.file, "--outbound-private"] if blobs else []
        done = subprocess.run([self.redink, *argv, *more, "--lang", "en"], capture_output=True, text=True, timeout=120,
                              env=servers.environment(), check=False)
        good = done.returncode == want and words in done.stdout + done.stderr
        self.passed += good
        self.failed += not good
        if not good:
            print(f"FAIL {argv}: {done.returncode}, not {want} with {words!r}: {done.stdout}{done.stderr}")

    def all(self, data):
        f = self.folder
        self.run(1, "3, 3 damaged", "verify", data, "--blobs")
        self.run(0, "3, 0 damaged", "verify", data, blobs="redink", option="--blobs-in")
        self.run(1, "3, 3 damaged", "verify", data, blobs="elsewhere", option="--blobs-in")
        self.run(2, "", "backup", "--data", data, f / "b")
        self.same((f / "b").exists(), False, "what failed leaves nothing")
        self.run(0, "3 blobs", "backup", "--data", data, f / "b", blobs="redink")
        self.run(0, "sound", "verify", f / "b", "--blobs")
        self.run(0, "3 blobs", "restore", f / "b", "--data", f / "r", "--verify", blobs="restored")
        self.same((f / "r" / "blobs").exists(), False, "no blobs in the folder")
        self.run(0, "3, 0 damaged", "verify", f / "r", blobs="restored", option="--blobs-in")
        self.run(2, "not empty", "restore", f / "b", "--data", f / "r", blobs="restored")
        self.run(2, "", "export", "--all", "--data", data, f / "x0")
        self.run(0, "3 blobs", "export", "--all", "--data", f / "r", f / "x", blobs="restored")
        self.run(0, "sound", "verify", f / "x" / "1", "--blobs")
        self.run(0, "sound", "import-firm", f / "x" / "1", "--data", f / "i", blobs="imported")
        self.run(0, "3, 0 damaged", "verify", f / "i", blobs="imported", option="--blobs-in")

    def same(self, got, want, what):
        self.passed += got == want
        self.failed += got != want
        if got != want:
            print(f"FAIL {what}: {got}")


def main():
    if not servers.Store.installed():
        print("skipped: the S3 server is not installed (npm --prefix tests/net ci)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        servers.certificates(folder)
        s3 = servers.Store(folder, "good")
        try:
            done = subprocess.run([sys.argv[1], folder / "data", f"https://127.0.0.1:{s3.port}", "blobs", "S3RVER",
                                   "S3RVER", folder / "ca.pem"], capture_output=True, text=True, timeout=120,
                                  env=servers.environment(), check=False)
            passed, failed = serve_all(sys.argv[2], folder, s3.port)
            subprocess.run([sys.argv[1], folder / "kept", f"https://127.0.0.1:{s3.port}", "blobs", "S3RVER", "S3RVER",
                            folder / "ca.pem", "keep"], timeout=120, env=servers.environment(), check=True)
            commands = Commands(sys.argv[2], folder, s3.port)
            commands.all(folder / "kept")
            passed, failed = passed + commands.passed, failed + commands.failed
        finally:
            s3.stop()
        if done.returncode:
            failed += 1
            print(f"FAIL blobs in S3: {done.returncode}: {done.stderr}")
    print(f"{passed + (done.returncode == 0)} passed, {failed} failed")
    return failed > 0


sys.exit(main())
