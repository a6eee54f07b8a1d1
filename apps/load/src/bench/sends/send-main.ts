import { answerOrders } from '../suite/answer-orders.ts'
import { SendLoad, type SendOrder } from './send-load.ts'

const load = new SendLoad()
answerOrders<SendOrder>((order) => load.obey(order))
