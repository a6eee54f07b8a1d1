import { startFollowServer } from './follow-server.ts'

/*
 * The floor: `ws` and nothing else. What is said is made into JSON once, into bytes once, and written to each. A follower
 * who falls behind or comes back has lost what was said.
 */

startFollowServer({
  followerOf: (ws) => ws,
  write(json, followers) {
    const bytes = Buffer.from(json)
    for (const ws of followers) ws.send(bytes, { binary: false })
  },
})
