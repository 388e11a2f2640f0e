// SPDX-License-Identifier: GPL-3.0-or-later
// trace.js: recorded histories, as in tests/text/trace.h.

import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const beyondBasicPlane = /[\ud800-\udfff]/;

/** The trace in a file, or null if it is none. */
export function readTrace(file) {
  let bytes = fs.readFileSync(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = zlib.gunzipSync(bytes);
  let json;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    return null;
  }
  if (json === null || !Array.isArray(json.txns) || typeof json.endContent !== 'string') return null;
  const concurrent = json.kind === 'concurrent';
  const transactions = json.txns.map(({ agent, parents, patches }) => ({ agent: agent ?? 0, parents: parents ?? [], patches }));
  if (!concurrent && json.startContent) transactions.unshift({ agent: 0, parents: [], patches: [[0, 0, json.startContent]] });
  const patches = transactions.flatMap((transaction) => transaction.patches);
  return {
    name: path.basename(file).replace(/\.gz$/, '').replace(/\.json$/, ''),
    concurrent,
    transactions,
    patches,
    end: json.endContent,
    /** UTF-16 units are code points. */
    plain: !beyondBasicPlane.test(json.endContent) && !patches.some((patch) => beyondBasicPlane.test(patch[2])),
  };
}

/** The files of a folder that may be traces, by name. */
export function traceFiles(folder, names) {
  return fs.readdirSync(folder).sort()
    .filter((file) => !names || names.includes(file.replace(/\.gz$/, '').replace(/\.json$/, '')))
    .map((file) => path.join(folder, file))
    .filter((file) => fs.statSync(file).isFile());
}

/** The same history with transactions that just follow one another, by one author, made one: quicker to make. */
export function coarsen(trace) {
  const children = new Uint32Array(trace.transactions.length);
  for (const { parents } of trace.transactions) for (const parent of parents) children[parent] += 1;
  const transactions = [];
  const now = [];
  for (const { agent, parents, patches } of trace.transactions) {
    const before = parents.length === 1 && children[parents[0]] === 1 ? now[parents[0]] : null;
    if (before !== null && transactions[before].agent === agent) {
      transactions[before].patches.push(...patches);
      now.push(before);
    } else {
      now.push(transactions.length);
      transactions.push({ agent, parents: parents.map((parent) => now[parent]), patches: [...patches] });
    }
  }
  return { ...trace, transactions };
}
