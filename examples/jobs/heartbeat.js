// The smallest job there is: any class with a perform method will do, it need not extend Job.

export class Heartbeat {
  static queue = 'low'

  perform() {
    return 'alive'
  }
}
