import { describe, expect, it } from 'vitest'
import { blobTags } from '../blobs/wire.ts'
import { carryTags } from '../gossip/carry-wire.ts'
import { keeperTags } from '../keepers/wire.ts'
import { admissionTags } from '../members/admission-wire.ts'
import { syncTags } from '../sync/wire.ts'
import { meshTags } from './mesh.ts'
import { operationTags } from './operation-wire.ts'

describe('payloads of a link', () => {
  it('ENG30 no first byte belongs to two of them', () => {
    const ranges = { syncTags, meshTags, carryTags, blobTags, keeperTags, operationTags, admissionTags }
    const owners = new Map<number, string>()
    for (const [name, { from, to }] of Object.entries(ranges)) {
      for (let tag = from; tag <= to; tag++) {
        expect([tag, owners.get(tag)]).toEqual([tag, undefined])
        owners.set(tag, name)
      }
    }
  })
})
