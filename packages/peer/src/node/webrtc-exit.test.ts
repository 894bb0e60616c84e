import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const program = `
  import { createNodeDialer } from ${JSON.stringify(fileURLToPath(new URL('./webrtc.ts', import.meta.url)))}
  import { createSystemClock } from ${JSON.stringify(fileURLToPath(new URL('../system-clock.ts', import.meta.url)))}
  const dial = createNodeDialer({ clock: createSystemClock(), bindAddress: '127.0.0.1' })
  const ends = []
  let ups = 0
  for (const side of [0, 1]) {
    ends[side] = dial(side === 0, {
      signal: (bytes) => ends[1 - side].signal(bytes),
      up() {
        if (++ups < 2) return
        console.log('up')
        ends[0].send('control', Uint8Array.of(1))
      },
      frame() {
        console.log('frame')
        for (const end of ends) end.close()
      },
      full() {}, drained() {}, down() {},
    })
  }
`

describe('node WebRTC', () => {
  it('TRN16 lets the process end once every transport is closed', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', program],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()))
    const timer = setTimeout(() => child.kill('SIGKILL'), 25_000)
    const ended = await new Promise((resolve) => {
      child.on('exit', (code, signal) => resolve(signal ?? code))
    })
    clearTimeout(timer)
    expect({ ended, output }).toEqual({ ended: 0, output: 'up\nframe\n' })
  }, 30_000)
})
