import { describe, expect, it } from 'vitest'
import type { Chat, DevicesState, IdentityCommand, Linking } from '@kith/peer'
import { noIdentity } from '@kith/peer'
import { DevicesWatch, devicesText, parseDeviceCommand, performDevice, typedCode } from './device-commands.ts'
import { runDevice } from './device-program.ts'

const link = 'https://kith.example/#d-7QW3K0R5XV9MBZ2H8N4TJ6PD'
const phone = { id: 'a1', name: 'Phone', platform: 'browser', addedAt: 0, seenAt: 0, here: true, rooms: 3 } as const

/** Knows what it was told to do, and can be made to show a phase. */
class Program {
  readonly told: IdentityCommand[] = []
  devices: DevicesState = { role: 'main', revoked: false, list: [phone], linking: undefined }
  readonly #listeners = new Set<() => void>()

  get chat(): Chat {
    return this as unknown as Chat
  }

  get state() {
    return { identity: { ...noIdentity, devices: this.devices } }
  }

  async identify(command: IdentityCommand): Promise<string | undefined> {
    this.told.push(command)
    return command.type === 'offerDevice' ? link : undefined
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  shows(linking: Linking): void {
    this.devices = { ...this.devices, linking }
    for (const listener of this.#listeners) listener()
  }
}

describe('devices in the terminal', () => {
  it('TRM44 every command says what it does, and asks what is missing', async () => {
    const program = new Program()
    const run = async (text: string): Promise<string> => {
      const parsed = parseDeviceCommand(text)
      if (!parsed.ok) return parsed.code
      return (await performDevice(parsed.value, program.chat, 'https://kith.example')).text
    }
    expect(await run('add')).toContain('7QW3-K0R5-XV9M-BZ2H-8N4T-J6PD')
    expect(await run('same')).toContain('rooms')
    expect(await run('different')).toContain('Nothing was given')
    expect(await run('rename phone to Old phone')).toContain('Old phone')
    expect(await run('remove PHONE')).toContain('speaks for you no more')
    expect(await run('remove Tablet')).toContain('no device')
    expect(await run('remove')).toContain('/devices')
    expect(await run('')).toContain('/device add')
    expect(program.told.map(({ type }) => type)).toEqual([
      'offerDevice',
      'confirmDevice',
      'confirmDevice',
      'renameDevice',
      'revokeDevice',
    ])
    expect(devicesText(program.devices)).toContain('● Phone (browser): here now, in 3 rooms')
    expect(devicesText({ ...program.devices, revoked: true })).toContain('removed')
    expect(typedCode(link)).toHaveLength(29)
  })

  it('TRM44 what happens while a device is linked is said once each', () => {
    const watch = new DevicesWatch()
    const at = (linking: Linking | undefined): readonly string[] =>
      watch.observe({ role: 'main', revoked: false, list: [], linking })
    const compare = { phase: 'compare', digits: '123456', name: 'Phone', platform: 'browser', asks: true } as const
    expect(at({ phase: 'offered', link, until: 0 })).toEqual([])
    expect(at(compare)[0]).toContain('123 456')
    expect(at(compare)).toEqual([])
    expect(at({ phase: 'done', name: 'Phone', rooms: 1 })).toEqual(['Phone is your device now, with 1 room.'])
    expect(at({ phase: 'failed', reason: 'different' })[0]).toContain('different')
  })

  it('TRM45 kith device goes where the code says, and ends when it is linked or was not', async () => {
    const never = new Promise<number>(() => {})
    for (const [linking, exit] of [
      [{ phase: 'done', name: '', rooms: 2 }, 0],
      [{ phase: 'failed', reason: 'expired' }, 5],
    ] as const) {
      const program = new Program()
      const said: string[] = []
      const over = runDevice(
        program.chat,
        { code: 'x', relay: undefined, name: 'Desk' },
        (text) => said.push(text),
        never,
      )
      await Promise.resolve()
      program.shows({ phase: 'compare', digits: '271828', name: '', platform: 'node', asks: false })
      program.shows(linking)
      expect(await over).toBe(exit)
      expect(said.join()).toContain('271 828')
      expect(program.told).toMatchObject([{ type: 'becomeDevice', code: 'x', name: 'Desk' }])
    }
  })
})
