import { answerOrders } from '../suite/answer-orders.ts'
import { LatencyClients, type LatencyOrder } from './latency-clients.ts'

const clients = new LatencyClients()
answerOrders<LatencyOrder>((order) => clients.obey(order))
