// SPDX-License-Identifier: GPL-3.0-or-later
// budget.js: how long a peer may take for one thing.

/** A minute for a work: whoever needs longer is not waited for. */
export const WORK_MS = 60_000;

/** For making what is then measured. */
export const PREPARE_MS = 150_000;

export class TooSlow extends Error {}

/** Milliseconds that this process has been running: a busy machine makes nobody too slow. */
function now() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** To be asked now and then by what may take long. */
export class Budget {
  #ms;
  #end;

  constructor(ms) {
    this.#ms = ms;
    this.#end = now() + ms;
  }

  check() {
    if (now() > this.#end) throw new TooSlow(`${this.#ms / 1000} s`);
  }
}
