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
        finally:
            s3.stop()
        if done.returncode:
            failed += 1
            print(f"FAIL blobs in S3: {done.returncode}: {done.stderr}")
    print(f"{passed + (done.returncode == 0)} passed, {failed} failed")
    return failed > 0


sys.exit(main())
