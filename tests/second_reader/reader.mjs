// A second reader of envelopes, in another language, written from specs/envelope.md alone.
//
//     node reader.mjs ../../specs/vectors/envelope/*.json
//
// It shares no code with Comity, not even the library of primitives: ML-KEM from @noble/post-quantum, the rest from Node.
// For each vector it prints one line: its name, and what it came to. It ends with 1 if one came out otherwise.

import { createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

const LABEL = Buffer.from('comity-envelope-v1');
const WRAP = 1184, ENCAPSULATION = 1120, CHUNK = 65536, TAG = 16;

class Refused extends Error {}

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hmac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const number = (data, at, size) => data.subarray(at, at + size).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
const big = (value, size) => Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex');

// -- section 2: the header

function padme(size) {
  const exponent = size.toString(2).length - 1;
  const unit = 2n ** BigInt(Math.max(exponent - exponent.toString(2).length, 0));
  return ((size + unit - 1n) / unit) * unit;
}

function look(data) {
  if (data.length <= 93) throw new Refused('peek');
  const padded = number(data, 52, 8), wraps = data[92], header = 93 + WRAP * wraps;
  const names = new Set();
  for (let at = 93; at < header; at += WRAP) names.add(data.subarray(at, at + 16).toString('hex'));
  const sequence = number(data, 24, 8), card = number(data, 48, 4);
  const chunks = (padded + BigInt(CHUNK) - 1n) / BigInt(CHUNK);
  const fits =
    data.subarray(0, 8).equals(Buffer.from('COMITY\x01\x02', 'latin1')) &&
    sequence > 0n && sequence < 2n ** 53n && card > 0n && card < 2n ** 31n &&
    padded > 0n && padded <= 2n ** 27n && padme(padded) === padded &&
    wraps > 0 && wraps <= 16 && names.size === wraps &&
    BigInt(data.length) === BigInt(header) + padded + BigInt(TAG) * chunks + 64n;
  if (!fits) throw new Refused('peek');
  return { header, chunks: Number(chunks) };
}

// -- section 3: the signature, over DSSE's pre-authentication encoding

function authenticate(data, header, signer) {
  const kind = 'application/vnd.comity.envelope;version=1';
  const body = Buffer.concat([data.subarray(0, header), sha256(data.subarray(header, -64))]);
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${kind.length} ${kind} ${body.length} `), body]);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signer.toString('base64url') }, format: 'jwk' });
  if (!verify(null, signed, key, data.subarray(-64))) throw new Refused('verify');
}

// -- HPKE (RFC 9180), base mode: MLKEM768-X25519, HKDF-SHA256, AES-256-GCM

const SUITE = Buffer.concat([Buffer.from('HPKE'), Buffer.from('647a00010002', 'hex')]);

function x25519(secret, peer) {
  const own = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret]), format: 'der', type: 'pkcs8' });
  const spki = (raw) => createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), raw]), format: 'der', type: 'spki' });
  return {
    shared: diffieHellman({ privateKey: own, publicKey: spki(peer) }),
    open: createPublicKey(own).export({ format: 'der', type: 'spki' }).subarray(-32),
  };
}

function decapsulate(encapsulation, key) {
  const lattice = encapsulation.subarray(0, 1088), curve = encapsulation.subarray(1088);
  const { secretKey } = ml_kem768.keygen(new Uint8Array(key.subarray(0, 64)));
  const one = Buffer.from(ml_kem768.decapsulate(new Uint8Array(lattice), secretKey));
  const two = x25519(key.subarray(64), curve);
  const label = Buffer.from('5c2e2f2f5e5c', 'hex');
  return createHash('sha3-256').update(Buffer.concat([one, two.shared, curve, two.open, label])).digest();
}

const extract = (salt, label, value) => hmac(salt, Buffer.from('HPKE-v1'), SUITE, Buffer.from(label), value);

function expandLabelled(secret, label, info, length) {
  const labelled = Buffer.concat([big(length, 2), Buffer.from('HPKE-v1'), SUITE, Buffer.from(label), info]);
  return expand(secret, labelled, length);
}

function expand(secret, info, length) {
  let block = Buffer.alloc(0), found = Buffer.alloc(0);
  for (let round = 1; found.length < length; round++) {
    block = hmac(secret, block, info, Buffer.from([round]));
    found = Buffer.concat([found, block]);
  }
  return found.subarray(0, length);
}

function openWrap(wrap, key, info) {
  const shared = decapsulate(wrap.subarray(0, ENCAPSULATION), key), none = Buffer.alloc(0);
  const context = Buffer.concat([Buffer.from([0]), extract(none, 'psk_id_hash', none), extract(none, 'info_hash', info)]);
  const secret = extract(shared, 'secret', none);
  return decrypt(expandLabelled(secret, 'key', context, 32), expandLabelled(secret, 'base_nonce', context, 12), wrap.subarray(ENCAPSULATION), none);
}

function decrypt(key, nonce, sealed, aad) {
  const box = createDecipheriv('aes-256-gcm', key, nonce).setAAD(aad).setAuthTag(sealed.subarray(-TAG));
  try {
    return Buffer.concat([box.update(sealed.subarray(0, -TAG)), box.final()]);
  } catch {
    throw new Refused('open');
  }
}

// -- sections 3 and 4: unwrap, compare the commitment, decrypt, take the padding away

function open(data, header, chunks, name, key) {
  const core = sha256(data.subarray(0, 92));
  let wrap;
  for (let at = 93; at < header; at += WRAP) {
    if (data.subarray(at, at + 16).equals(name)) wrap = data.subarray(at + 16, at + WRAP);
  }
  if (!wrap) throw new Refused('open');
  const secret = openWrap(wrap, key, Buffer.concat([LABEL, core]));
  const derived = (purpose) => expand(secret, Buffer.concat([LABEL, Buffer.from(` ${purpose}`)]), 32);
  if (!derived('commitment').equals(data.subarray(60, 92))) throw new Refused('open');
  const body = derived('body'), parts = [];
  for (let index = 0; index < chunks; index++) {
    const start = header + index * (CHUNK + TAG), end = Math.min(start + CHUNK + TAG, data.length - 64);
    const nonce = Buffer.concat([big(index, 11), Buffer.from([index === chunks - 1 ? 1 : 0])]);
    parts.push(decrypt(body, nonce, data.subarray(start, end), Buffer.concat([core, big(index, 8)])));
  }
  const content = Buffer.concat(parts);
  let end = content.length;
  while (end > 0 && content[end - 1] === 0) end--;
  if (end === 0 || content[end - 1] !== 0x80) throw new Refused('open');
  return content.subarray(0, end - 1);
}

// -- section 6: the message must say what its envelope says

function holdAgainst(inner, data, vector) {
  const head = JSON.parse(inner.subarray(4, 4 + Number(number(inner, 0, 4))).toString('utf8'));
  const outside = {
    sender: vector.sender, recipient: vector.recipient, deployment: vector.deployment,
    channel: data.subarray(8, 24).toString('hex'), sequence: Number(number(data, 24, 8)), suite: 'S2',
  };
  for (const [field, value] of Object.entries(outside)) if (head[field] !== value) throw new Refused('message');
}

function read(vector) {
  const data = Buffer.from(vector.envelope, 'base64');
  const { header, chunks } = look(data);
  authenticate(data, header, Buffer.from(vector.signer, 'base64'));
  const inner = open(data, header, chunks, Buffer.from(vector.key_name, 'hex'), Buffer.from(vector.key, 'base64'));
  holdAgainst(inner, data, vector);
  return inner;
}

let wrong = 0;
for (const file of process.argv.slice(2)) {
  const vector = JSON.parse(readFileSync(file, 'utf8'));
  let came;
  try {
    came = { opened: sha256(read(vector)).toString('hex') };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    came = { refused: error.message };
  }
  const same = came.opened === vector.expect.opened && came.refused === vector.expect.refused;
  if (!same) wrong++;
  console.log(`${same ? 'same ' : 'OTHER'} ${basename(file, '.json')} ${JSON.stringify(came)}`);
}
process.exitCode = wrong ? 1 : 0;
