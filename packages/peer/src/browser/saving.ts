/**
 * When a device asks for less: somebody set "save data", the network is paid by volume, or the battery runs out. Files are
 * then fetched only when somebody wants them.
 */
import type { Saving } from '../chat-ports.ts'

/** Below this, and not charging. */
const lowBattery = 0.2

interface Connection extends EventTarget {
  readonly saveData?: boolean
  readonly type?: string
}

interface Battery extends EventTarget {
  readonly charging: boolean
  readonly level: number
}

type Device = Navigator & {
  readonly connection?: Connection
  getBattery?(): Promise<Battery>
}

export function createPageSaving(device: Device): Saving {
  return (listener) => {
    const stop = new AbortController()
    const { signal } = stop
    const { connection } = device
    let battery: Battery | undefined
    const tell = (): void => {
      const isPaid = connection?.saveData === true || connection?.type === 'cellular'
      const isLow = battery !== undefined && !battery.charging && battery.level < lowBattery
      listener(isPaid || isLow)
    }
    connection?.addEventListener('change', tell, { signal })
    void device.getBattery?.().then(
      (found) => {
        if (signal.aborted) return
        battery = found
        for (const event of ['chargingchange', 'levelchange']) found.addEventListener(event, tell, { signal })
        tell()
      },
      // A page that may not know goes by the network alone.
      () => undefined,
    )
    tell()
    return () => stop.abort()
  }
}
