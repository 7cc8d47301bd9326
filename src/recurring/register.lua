-- Notes which entries are in force and tells where the clock of each stands. Only the leader may do it.
-- KEYS[1] recurring_last:<app>   KEYS[2] recurring_definitions:<app>   KEYS[3] recurring_disabled:<app>
-- KEYS[4] recurring_counts:<app>   KEYS[5] recurring_entries:<app>   KEYS[6] the leader's lock
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] my value in the lock, or '' to do it without leading
-- ARGV[3], … groups of three: entry, its timing, its text for recurring_entries or '' when it is no file's
-- reply: { 1 when leading else 0, milliseconds of Redis, then for each group: planned milliseconds of the last
--          run (negative: when registered), since when it runs so, until when it is disabled (0 for good, '' not
--          at all), how often it ran }
-- @include now
-- @include anchor
local now_ms = now(ARGV[1])
local now_text = digits(now_ms)
if ARGV[2] ~= '' and redis.call('GET', KEYS[6]) ~= ARGV[2] then return { 0, now_text } end

-- A pause that has ended by itself counts as the time from which the entry runs.
local function paused_until(name)
  local paused = redis.call('HGET', KEYS[3], name)
  if not paused then return '' end
  if paused == '0' or tonumber(paused) > now_ms then return paused end
  anchor_later(KEYS[2], name, paused)
  redis.call('HDEL', KEYS[3], name)
  return ''
end

local function publish(name, text)
  if text == '' then
    redis.call('HDEL', KEYS[5], name)
  else
    redis.call('HSET', KEYS[5], name, text)
  end
end

local reply = { 1, now_text }
for index = 3, #ARGV, 3 do
  local name, count = ARGV[index], #reply
  anchor(KEYS[1], KEYS[2], KEYS[4], name, ARGV[index + 1], now_text)
  publish(name, ARGV[index + 2])
  local paused = paused_until(name)
  reply[count + 1] = redis.call('HGET', KEYS[1], name)
  reply[count + 2] = read_anchor(KEYS[2], name)
  reply[count + 3] = paused
  reply[count + 4] = redis.call('HGET', KEYS[4], name) or 0
end
return reply
