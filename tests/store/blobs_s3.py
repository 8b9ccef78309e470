#!/usr/bin/env python3
"""blobs_s3.py BLOBS - the blobs of a store in a real S3-speaking server (tests/net/servers.py)."""
import pathlib, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
import servers  # noqa: E402


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
        finally:
            s3.stop()
        if done.returncode:
            print(f"FAIL blobs in S3: {done.returncode}: {done.stderr}")
    print(f"{int(done.returncode == 0)} passed, {int(done.returncode != 0)} failed")
    return done.returncode != 0


sys.exit(main())
