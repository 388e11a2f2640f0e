// SPDX-License-Identifier: GPL-3.0-or-later
// measure.js PACKAGE --traces DIR [--trace NAME,…] [--work WORK,…] [--runs N]: measures one peer, each trace in a process of
// its own, so that none pays for what the one before left behind. Prints rows for report.py.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { parseArgs } from 'node:util';

import { Budget, PREPARE_MS, TooSlow, WORK_MS } from './budget.js';
import { makeUpdates } from './replicas.js';
import { coarsen, readTrace, traceFiles } from './trace.js';

/** Runs before the first that counts, as long as they are short together: JavaScript becomes quicker by being run. */
const WARM_UP_MS = 1_000;
const WARM_UPS = 5;

/** What is done twice each time. */
const SHORT_MS = 200;

/** What takes longer than this, in milliseconds, is measured so often only. */
const FEWER = [{ above: 10_000, runs: 1 }, { above: 3_000, runs: 3 }];

/** Fewer than these are asked for by tests only. */
const LEAST_RUNS = 9;

/** Whose edits take longer than this is not asked for ten times as many. */
const GROWTH_BELOW_MS = 500;
const MANY = 10;

const WORKS = ['local', 'linear', 'snapshot', 'concurrent', 'live', 'size', 'encode', 'growth'];

const { positionals: [packageName], values: options } = parseArgs({
  allowPositionals: true,
  options: { file: { type: 'string' }, traces: { type: 'string' }, trace: { type: 'string' }, work: { type: 'string' }, runs: { type: 'string', default: '9' } },
});
const { default: peer } = await import(`./${packageName.replace('@automerge/', '')}.js`);
const { version } = JSON.parse(fs.readFileSync(`node_modules/${packageName}/package.json`));
const works = options.work?.split(',') ?? WORKS;

function print(object) {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}

function note(text) {
  print({ note: `${packageName} ${version}: ${text}` });
}

function median(values) {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/** Does the work once. What it returned is checked and cleared away outside of the clock. */
function once(work, check) {
  const start = performance.now();
  const result = work();
  const took = performance.now() - start;
  check?.(result);
  if (result && !(result instanceof Uint8Array)) peer.free?.(result);
  return took;
}

/** Does the work again and again. Short work is done unmeasured before each time: collecting garbage makes the next run slow. */
function take(work, check) {
  const times = [];
  let runs = Number(options.runs);
  let last = once(work, check);
  for (let warmUps = WARM_UPS; runs >= LEAST_RUNS && warmUps > 0 && last * warmUps < WARM_UP_MS; warmUps -= 1) last = once(work);
  while (times.length < runs) {
    runs = Math.min(runs, FEWER.find(({ above }) => last > above)?.runs ?? runs);
    globalThis.gc();
    if (last < SHORT_MS) once(work);
    last = once(work);
    times.push(last);
  }
  return { value: median(times), runs: times.length };
}

class Measuring {
  constructor(trace) {
    this.trace = trace;
  }

  row(work, unit, { value, runs }) {
    print({ work, trace: this.trace.name, system: packageName, value, unit, runs });
  }

  check(work, doc, times = 1) {
    if (peer.text(doc) !== this.trace.end.repeat(times)) note(`${work} of ${this.trace.name}: the text differs from endContent`);
  }

  /** A document with all of the history, and that as bytes. */
  prepare() {
    if (this.doc) return;
    if (this.hopeless) throw this.hopeless;
    try {
      this.doc = this.trace.concurrent ? this.join(this.updates(coarsen(this.trace))) : peer.local(this.trace.patches, new Budget(PREPARE_MS));
      this.bytes = peer.encode(this.doc);
    } catch (error) {
      this.hopeless = error;
      throw error;
    }
  }

  /** What each transaction sends. */
  updates(trace) {
    const budget = new Budget(PREPARE_MS);
    const updates = peer.makeUpdates?.(trace, budget) ?? makeUpdates(trace, peer, budget);
    return updates.filter((update) => update !== null);
  }

  join(updates) {
    const doc = peer.reader();
    return peer.applyAll ? peer.applyAll(doc, updates) ?? doc : this.merge(updates);
  }

  merge(updates) {
    const budget = new Budget(WORK_MS);
    let doc = peer.reader();
    for (const [index, update] of updates.entries()) {
      if (index % 256 === 0) budget.check();
      doc = peer.apply(doc, update) ?? doc;
      peer.length(doc);
    }
    return doc;
  }

  load(work, bytes) {
    this.row(work, 'ms', take(() => {
      const doc = peer.load(bytes);
      peer.text(doc);
      return doc;
    }, (doc) => this.check(work, doc)));
  }

  local() {
    if (this.trace.concurrent) return;
    const taken = take(() => peer.local(this.trace.patches, new Budget(WORK_MS)), (doc) => this.check('local', doc));
    this.row('local', 'ms', taken);
  }

  linear() {
    if (this.trace.concurrent) return;
    this.prepare();
    this.load('linear', this.bytes);
  }

  concurrent() {
    if (!this.trace.concurrent) return;
    this.prepare();
    this.load('concurrent', this.bytes);
  }

  snapshot() {
    if (!peer.snapshot) return;
    this.prepare();
    this.load('snapshot', peer.snapshot(this.doc));
  }

  live() {
    if (!this.trace.concurrent) return;
    const updates = this.updates(this.trace);
    this.row('live', 'ms', take(() => this.merge(updates), (doc) => this.check('live', doc)));
  }

  size() {
    this.prepare();
    this.row('size', 'bytes', { value: this.bytes.length, runs: 0 });
  }

  encode() {
    this.prepare();
    this.row('encode', 'ms', take(() => peer.encode(this.doc)));
  }

  growth() {
    if (this.trace.concurrent) return;
    const one = take(() => peer.local(this.trace.patches, new Budget(WORK_MS)));
    if (one.value > GROWTH_BELOW_MS) return;
    const patches = Array(MANY).fill(this.trace.patches).flat();
    const many = take(() => peer.local(patches, new Budget(WORK_MS)), (doc) => this.check('growth', doc, MANY));
    print({ work: 'growth', trace: this.trace.name, system: packageName, value: many.value, unit: 'ms', ratio: many.value / one.value,
      runs: many.runs });
  }

  /** A peer that can't make a trace's history in time is too slow for all that needs it, and not asked again. */
  all() {
    for (const work of WORKS.filter((name) => works.includes(name))) {
      try {
        this[work]();
      } catch (error) {
        if (!(error instanceof TooSlow)) throw error;
        note(`${work} of ${this.trace.name} left out: more than ${error.message}`);
      }
    }
    if (this.doc) peer.free?.(this.doc);
  }
}

function measureTrace(trace) {
  if (trace === null || trace.patches.length === 0) return;
  if (!trace.plain && !peer.codePoints) note(`${trace.name} left out: this peer counts UTF-16 units`);
  else new Measuring(trace).all();
}

if (options.file) {
  measureTrace(readTrace(options.file));
} else {
  note(`node ${process.versions.node}`);
  for (const file of traceFiles(options.traces, options.trace?.split(','))) {
    const { status } = spawnSync(process.execPath, ['--expose-gc', ...process.argv.slice(1), '--file', file], { stdio: 'inherit' });
    if (status !== 0) {
      note(`${file}: failed`);
      process.exitCode = 1;
    }
  }
}
