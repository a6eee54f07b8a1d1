import { MemoryStorage } from './memory-storage.ts'
import { describeOutboxStorage } from './outbox-storage-contract.ts'

describeOutboxStorage('memory', async () => {
  const storage = new MemoryStorage()
  return { here: storage, there: storage }
})
