/**
 * Running other programs: shown or captured, with a time limit, and never outliving us.
 *
 * A shown command gets the person's terminal; a captured one hands back what it printed. Each runs in a process group of
 * its own, so that a time-out or Ctrl+C ends the children of the child too (vitest forks, Chromium).
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A step that cannot go on, with what the person can do about it. Printed without a stack. */
export class Stop extends Error {
  /** @param {string} what @param {string} [remedy] */
  constructor(what, remedy) {
    super(remedy === undefined ? what : `${what}\n  → ${remedy}`)
    this.name = 'Stop'
  }
}

const groups = new Set()

function endAll(signal) {
  for (const child of groups) endGroup(child, signal)
}

function endGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // Already gone.
  }
}

/** The signal that asked us to end, once one did: no further command starts. */
let ending

let forwarding = false

function forwardSignals() {
  if (forwarding) return
  forwarding = true
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      ending = signal
      endAll(signal)
      // Whoever handles the signal itself (the relay says goodbye) gets the time to do so.
      setTimeout(() => {
        endAll('SIGKILL')
        process.exit(1)
      }, 10_000).unref()
    })
  }
  process.on('exit', () => endAll('SIGKILL'))
}

/**
 * Resolves with `{ code, signal, out, timedOut }`; `code` is null when a signal ended it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdio?: 'show' | 'toStderr' | 'capture', limitMs?: number }} [options]
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = process.env, stdio = 'show', limitMs } = options
  const out = { show: 'inherit', toStderr: 2, capture: 'pipe' }[stdio]
  forwardSignals()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', out, stdio === 'capture' ? 'pipe' : 2],
      detached: process.platform !== 'win32',
    })
    groups.add(child)
    let text = ''
    let timedOut = false
    child.stdout?.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    child.stderr?.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    const limit =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            endGroup(child, 'SIGTERM')
            setTimeout(() => endGroup(child, 'SIGKILL'), 3_000).unref()
          }, limitMs)
    child.on('error', (cause) => {
      clearTimeout(limit)
      groups.delete(child)
      reject(cause)
    })
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      // The group may hold children of a child that was killed.
      endGroup(child, 'SIGKILL')
      groups.delete(child)
      if (ending !== undefined) process.exit(code ?? 130)
      resolve({ code, signal, out: text, timedOut })
    })
  })
}

/** Runs a program of `node_modules/.bin` with this very Node, so that no shell or PATH is involved. */
export async function runTool(script, args, options) {
  return run(process.execPath, [script, ...args], options)
}

/** Runs the body of a script; a `Stop` is printed plainly, anything else is our bug and keeps its stack. */
export async function main(body) {
  try {
    await body()
  } catch (cause) {
    process.stderr.write(cause instanceof Stop ? `\n${cause.message}\n` : `${cause?.stack ?? cause}\n`)
    process.exitCode = 1
  }
}

/** True when this module is the script the person started. */
export function isMain(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === process.argv[1]
}
