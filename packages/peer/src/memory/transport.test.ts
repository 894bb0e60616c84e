import { socketContract } from '../testing/socket-contract.ts'
import { transportContract } from '../testing/transport-contract.ts'
import { createSystemClock } from '../system-clock.ts'
import { MemoryNetwork } from './transport.ts'

transportContract('memory', async () => {
  const network = new MemoryNetwork({ clock: createSystemClock() })
  return { offerer: network.dialer, answerer: network.dialer }
})

socketContract('memory', async (take) => {
  const network = new MemoryNetwork({ clock: createSystemClock() })
  const address = { host: 'memory', port: 1 }
  const stop = network.listen(address, take)
  return {
    dialer: network.addressDialer,
    address,
    deadAddress: { host: 'memory', port: 2 },
    close: async () => stop(),
  }
})
