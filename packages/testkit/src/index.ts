export { VirtualClock } from './virtual-clock.ts'
export { type BrokerUnderTest, brokerRules, type BrokerRule } from './broker-rules.ts'
