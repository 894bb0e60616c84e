/** `kith device CODE`: makes this terminal a device of the person whose other device shows the code. */
import type { Chat } from '@kith/peer'
import { DevicesWatch } from './device-commands.ts'
import { exitCodes } from './failure.ts'

export interface DeviceProgram {
  readonly code: string
  readonly relay: string | undefined
  readonly name: string
}

/** Resolves with the exit code once it is linked, or was not. */
export async function runDevice(
  chat: Chat,
  { code, relay, name }: DeviceProgram,
  note: (text: string) => void,
  stopped: Promise<number>,
): Promise<number> {
  await chat.identify({ type: 'becomeDevice', code, relay, name })
  note('Looking for your other device…')
  const watch = new DevicesWatch()
  const over = new Promise<number>((resolve) => {
    const look = (): void => {
      const { devices } = chat.state.identity
      for (const line of watch.observe(devices)) note(line)
      const phase = devices.linking?.phase
      if (phase !== 'done' && phase !== 'failed') return
      stop()
      resolve(phase === 'done' ? exitCodes.done : exitCodes.network)
    }
    const stop = chat.subscribe(look)
    look()
  })
  const exit = await Promise.race([over, stopped])
  if (exit === exitCodes.done) note('Open your rooms with: kith')
  return exit
}
