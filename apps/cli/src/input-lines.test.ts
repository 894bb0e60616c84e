import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from './input-lines.ts'

async function read(chunks: readonly Buffer[], maxChars: number): Promise<{ lines: string[]; tooLong: number }> {
  const stream = new PassThrough()
  const lines: string[] = []
  let tooLong = 0
  const ended = new Promise<void>((resolve) => {
    readLines(stream, maxChars, { line: (text) => void lines.push(text), tooLong: () => void tooLong++, end: resolve })
  })
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await ended
  return { lines, tooLong }
}

describe('lines of a stream', () => {
  it('TRM3 are the same however the bytes come', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', ' ') })
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 7 })),
        async (lines, cuts) => {
          const bytes = Buffer.from(`${lines.join('\n')}\n`)
          const chunks: Buffer[] = []
          let at = 0
          for (const cut of cuts) chunks.push(bytes.subarray(at, (at += cut)))
          chunks.push(bytes.subarray(at))
          expect(await read(chunks, 1000)).toEqual({ lines, tooLong: 0 })
        },
      ),
      { numRuns: 50 },
    )
  })

  it('TRM3 may end in CR LF, or without an end', async () => {
    expect(await read([Buffer.from('one\r\ntwo')], 10)).toEqual({ lines: ['one', 'two'], tooLong: 0 })
  })

  it('TRM3 that are too long are told once and cost no memory', async () => {
    const flood = Array.from({ length: 50 }, () => Buffer.from('x'.repeat(10)))
    expect(await read([...flood, Buffer.from('\nshort\n')], 20)).toEqual({ lines: ['short'], tooLong: 1 })
  })
})
