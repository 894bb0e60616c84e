import { describe, expect, it } from 'vitest'
import { createPageSaving } from './saving.ts'

class Told extends EventTarget {
  saveData = false
  type = 'wifi'
  charging = true
  level = 1
}

function device() {
  const connection = new Told()
  const battery = new Told()
  const said: boolean[] = []
  const navigator = { connection, getBattery: async () => battery } as unknown as Parameters<typeof createPageSaving>[0]
  const stop = createPageSaving(navigator)((saving) => said.push(saving))
  return { connection, battery, said, stop }
}

describe('a device that asks for less', () => {
  it('FIL11 is one that saves data, is on a paid network, or runs out of battery; and is told of until nobody listens', async () => {
    const { connection, battery, said, stop } = device()
    await Promise.resolve()
    expect(said.at(-1)).toBe(false)
    connection.saveData = true
    connection.dispatchEvent(new Event('change'))
    expect(said.at(-1)).toBe(true)
    connection.saveData = false
    connection.type = 'cellular'
    connection.dispatchEvent(new Event('change'))
    expect(said.at(-1)).toBe(true)
    connection.type = 'wifi'
    connection.dispatchEvent(new Event('change'))
    expect(said.at(-1)).toBe(false)
    battery.level = 0.1
    battery.dispatchEvent(new Event('levelchange'))
    expect(said.at(-1)).toBe(false)
    battery.charging = false
    battery.dispatchEvent(new Event('chargingchange'))
    expect(said.at(-1)).toBe(true)
    stop()
    const before = said.length
    connection.dispatchEvent(new Event('change'))
    battery.dispatchEvent(new Event('levelchange'))
    expect(said).toHaveLength(before)
  })

  it('FIL11 nothing is known of a browser that does not say', () => {
    const said: boolean[] = []
    createPageSaving({} as Navigator)((saving) => said.push(saving))
    expect(said).toEqual([false])
  })
})
