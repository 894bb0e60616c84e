import { describe, expect, it } from 'vitest'
import { compare, figureTable, readArguments } from './bench.mjs'

describe('bench', () => {
  it('reads its own flags and hands the others on', () => {
    expect(
      readArguments(['history', '--json', '--corpus', '/data/x.ndjson.gz', '--every-signature', '--messages=1000']),
    ).toEqual({
      name: 'history',
      json: true,
      save: false,
      list: false,
      options: { corpus: '/data/x.ndjson.gz', everySignature: true, messages: '1000' },
    })
    expect(() => readArguments(['history', 'relay'])).toThrow('One benchmark at a time')
  })

  it('says how figures changed, and nothing where there is nothing to compare', () => {
    expect(compare({ a: 110, b: 50, c: 3, d: 'x', e: 1 }, { a: 100, b: 100, d: 'x', e: 0 })).toEqual({
      a: '+10 %',
      b: '−50 %',
    })
    expect(figureTable({ nodeHeadsMs: 1234.5678 }, undefined)).toBe('  nodeHeadsMs  1,234.568')
  })

  it('shows figures of figures, such as those of a peer in the same run, by their path', () => {
    expect(figureTable({ p99Ms: 20, peer: { p99Ms: 300 } }, { p99Ms: 10, peer: { p99Ms: 100 } })).toBe(
      '  p99Ms        20  +100 % against the baseline\n  peer.p99Ms  300  +200 % against the baseline',
    )
  })
})
