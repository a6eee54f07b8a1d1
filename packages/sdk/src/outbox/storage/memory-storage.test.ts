import { describeOutboxStorage } from '../../testing/outbox/outbox-storage-contract.ts'
import { MemoryStorage } from './memory-storage.ts'

describeOutboxStorage('memory', async () => {
  const storage = new MemoryStorage()
  return { here: storage, there: storage }
})
