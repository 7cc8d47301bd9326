export class Empty {
  perform() {}
}
