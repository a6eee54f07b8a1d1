import { Upload } from 'tus-js-client'

export type StockUpload = {
  /** Of the server or of what stands in front of it. */
  url: string
  token: string
  chatId: number
  bytes: Buffer
  name?: string
  type?: string
  /** Default: all in one request. */
  chunkSize?: number
  onProgress?: (sent: number) => void
}

/** Uploads by the stock client of tus, which comes back after each cut. Resolves with the id of the file. */
export function uploadByStockClient(upload: StockUpload): Promise<string> {
  const { url, token, chatId, bytes, name = 'file.bin', type = '', chunkSize = bytes.length, onProgress } = upload
  return new Promise((resolve, reject) => {
    const client = new Upload(bytes, {
      endpoint: `${url}/api/uploads`,
      headers: { authorization: `Bearer ${token}` },
      metadata: { filename: name, filetype: type, chatId: String(chatId) },
      chunkSize,
      retryDelays: Array.from({ length: 200 }, () => 50),
      onProgress: (sent) => onProgress?.(sent),
      onError: reject,
      onSuccess: () => resolve(client.url?.replace(/^.*\//, '') ?? ''),
    })
    client.start()
  })
}
