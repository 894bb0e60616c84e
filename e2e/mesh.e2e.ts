/**
 * Thirty in one room, twenty-seven terminals and three browsers, over real WebRTC: they meet at one real relay, everybody
 * speaks, and then a third of them is gone from one moment to the next, in the middle of a conversation.
 */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundled } from '../scripts/bundle.mjs'
import { Person } from './harness/browser.ts'
import { Crowd, crowdProgram, type Seen } from './harness/crowd.ts'
import { sharedChromium } from './harness/one-browser.ts'
import { freePort, Relay, temporaryFolder } from './harness/programs.ts'
import { sleep, until } from './harness/waiting.ts'

const doomedTerminals = 9
const livingTerminals = 18
/** A page costs as much as many terminals. */
const pages = 3
const doomedPages = 1
const everybody = doomedTerminals + livingTerminals + pages
const survivors = everybody - doomedTerminals - doomedPages
/** With a single one, one more loss could cut somebody off. */
const fewestLinks = 2
/** Thirty that come at once share the machine's cores: a limit for what hangs, not a measurement. */
const patienceMs = 90_000
/** Looking costs the members what they need to get there. */
const lookEveryMs = 500

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

describe('thirty peers, terminals and browsers', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let relay: Relay
  let browser: Browser
  let people: Person[]
  let doomed: Crowd
  let living: Crowd
  /** Everything that was said by somebody who then lived for a moment. */
  const said = new Set<string>()

  beforeAll(async () => {
    folder = await temporaryFolder()
    const program = await bundled(crowdProgram)
    doomed = new Crowd(program, names('Doomed', doomedTerminals))
    living = new Crowd(program, names('Living', livingTerminals))
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await Promise.all([relay.start(), sharedChromium().then((launched) => (browser = launched))])
    people = await Promise.all(names('Page', pages).map((name) => Person.arrive(browser, name)))
    for (const { context } of people) context.setDefaultTimeout(patienceMs)
    const [first, ...others] = people as [Person, ...Person[]]
    const link = await first.makeRoom(relay.origin)
    await Promise.all([
      ...[doomed, living].map((crowd) => crowd.join(link)),
      ...others.map((person) => person.join(link)),
    ])
  })

  afterAll(async () => {
    await Promise.all([doomed?.kill(), living?.kill(), browser?.close()])
    await relay.kill()
    await folder.remove()
  })

  const sayAll = async (text: string, crowds: readonly Crowd[], persons: readonly Person[]): Promise<void> => {
    for (const crowd of crowds) for (const name of crowd.names) said.add(text.replace('NAME', name))
    for (const { name } of persons) said.add(text.replace('NAME', name))
    await Promise.all([
      ...crowds.map((crowd) => crowd.say(text)),
      ...persons.map((person) => person.say(text.replace('NAME', person.name))),
    ])
  }

  /** Everybody alive shows everything that was said, once, in one order. */
  const inStep = async (crowds: readonly Crowd[], persons: readonly Person[]): Promise<void> => {
    let seen: Seen[] = []
    const lacking = (): string[] => seen.filter(({ ids }) => ids.length < said.size).map(({ name }) => name)
    try {
      await until(`all terminals to have ${said.size} messages`, patienceMs, async () => {
        await sleep(lookEveryMs)
        seen = (await Promise.all(crowds.map((crowd) => crowd.see()))).flat()
        return lacking().length === 0
      })
    } catch (cause) {
      throw new Error(`lacking: ${lacking().join(', ')}`, { cause })
    }
    const [{ ids, texts }] = seen as [Seen, ...Seen[]]
    expect(new Set(texts)).toEqual(said)
    expect(texts.length).toBe(said.size)
    for (const one of seen) expect(one.ids, one.name).toEqual(ids)
    expect(ids).toEqual([...ids].sort())
    await Promise.all(
      persons.map(async (person) => {
        let shown: Awaited<ReturnType<Person['readAll']>> = []
        await until(`${person.name} to show ${said.size} messages`, patienceMs, async () => {
          await sleep(lookEveryMs)
          shown = await person.readAll()
          return shown.length >= said.size
        })
        expect(
          shown.map(({ id }) => id),
          person.name,
        ).toEqual(ids)
        expect(
          shown.map(({ text }) => text),
          person.name,
        ).toEqual(texts)
      }),
    )
  }

  /** Everybody knows of all `count` who are here and is linked to some directly. Who was lost may be listed for 90 s. */
  const knit = async (crowds: readonly Crowd[], persons: readonly Person[], count: number): Promise<void> => {
    let seen: Seen[] = []
    const isKnit = ({ online, links }: Seen): boolean => online >= count && links >= fewestLinks
    try {
      await until(`terminals to know all ${count}`, patienceMs, async () => {
        await sleep(lookEveryMs)
        seen = (await Promise.all(crowds.map((crowd) => crowd.see()))).flat()
        return seen.every(isKnit)
      })
    } catch (cause) {
      const loose = seen.filter((one) => !isKnit(one)).map(({ name, online, links }) => `${name} ${online}/${links}`)
      throw new Error(`online/links: ${loose.join(', ')}`, { cause })
    }
    for (const person of persons) {
      await until(`${person.name} to be linked directly`, patienceMs, async () => {
        await sleep(lookEveryMs)
        const direct = (await person.paths()).filter((path) => path.startsWith('Directly connected'))
        return direct.length >= fewestLinks
      })
    }
  }

  it('find each other', async () => {
    await knit([doomed, living], people, everybody)
  })

  it('all say something, and all hear everything in one order', async () => {
    await sayAll('Hello from NAME', [doomed, living], people)
    await inStep([doomed, living], people)
  })

  it('go on when a third of them is gone at once', async () => {
    const [leaving, staying] = [people.slice(0, doomedPages), people.slice(doomedPages)]
    const speaking = sayAll('Did NAME lose anything?', [living], staying)
    await Promise.all([doomed.kill(), ...leaving.map((person) => person.context.close())])
    await speaking
    // Nobody has noticed yet who is gone: entries still leave along ways that lead nowhere.
    await sayAll('NAME is still here', [living], staying)
    await inStep([living], staying)
  })

  it('go on when the relay is gone as well', async () => {
    await knit([living], people.slice(doomedPages), survivors)
    await relay.kill('SIGKILL')
    await sayAll('NAME needs no relay', [living], people.slice(doomedPages))
    await inStep([living], people.slice(doomedPages))
  })

  it('saw nothing they could not understand', () => {
    for (const person of people.slice(doomedPages)) expect(person.complaints, person.name).toEqual([])
  })
})
