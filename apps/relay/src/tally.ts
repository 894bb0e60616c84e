/** What a relay counts, and how Prometheus reads it. Counting is adding to a number; labels are made when asked for. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

/** Read at each scrape. */
export interface Readings {
  readonly gauges: Readonly<Record<string, number>>
  readonly counters: Readonly<Record<string, number>>
}

export class Tally {
  readonly #events = new Map<string, number>()

  /** `code` is set for refusals and for connections that were ended. */
  count(what: string, code?: string): void {
    const key = code === undefined ? what : `${what} ${code}`
    this.#events.set(key, (this.#events.get(key) ?? 0) + 1)
  }

  of(what: string, code?: string): number {
    return this.#events.get(code === undefined ? what : `${what} ${code}`) ?? 0
  }

  entries(): Iterable<[string, number]> {
    return this.#events
  }
}

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

export function createMetrics(tally: Tally, read: () => Readings, processMetrics: boolean): Metrics {
  const registry = new Registry()
  const first = read()
  for (const name of Object.keys(first.gauges)) {
    const gauge: Gauge = new Gauge({
      name: `kith_relay_${name}`,
      help: `${name} held right now`,
      registers: [registry],
      collect: () => gauge.set(read().gauges[name] ?? 0),
    })
  }
  for (const name of Object.keys(first.counters)) {
    const counter: Counter = new Counter({
      name: `kith_relay_${name}_total`,
      help: `${name} since the start`,
      registers: [registry],
      collect: () => {
        counter.reset()
        counter.inc(read().counters[name] ?? 0)
      },
    })
  }
  const events: Counter = new Counter({
    name: 'kith_relay_events_total',
    help: 'What happened, by kind and code',
    labelNames: ['what', 'code'],
    registers: [registry],
    collect: () => {
      events.reset()
      for (const [key, count] of tally.entries()) {
        const [what = '', code = ''] = key.split(' ')
        events.inc({ what, code }, count)
      }
    },
  })
  if (processMetrics) collectDefaultMetrics({ register: registry })
  return { contentType: registry.contentType, text: () => registry.metrics() }
}
