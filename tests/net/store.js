// store.js FOLDER PORT KEY CERTIFICATE - starts s3rver with the bucket "blobs"; see servers.py.
const fs = require('fs');
const S3rver = require('@20minutes/s3rver');

const [folder, port, key, certificate] = process.argv.slice(2);
new S3rver({
  directory: folder,
  address: '127.0.0.1',
  port: Number(port),
  silent: true,
  vhostBuckets: false,
  configureBuckets: [{ name: 'blobs' }],
  key: fs.readFileSync(key),
  cert: fs.readFileSync(certificate),
}).run();
