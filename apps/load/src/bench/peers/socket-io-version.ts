import manifest from 'socket.io/package.json' with { type: 'json' }

export const socketIoVersion: string = manifest.version
