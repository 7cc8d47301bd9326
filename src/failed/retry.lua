-- Puts the jobs of failure records back into their queues, with the very bytes of their payloads, and takes the
-- records off the list or marks them as retried. A record stays as it is when its queue's key holds something
-- else than a list.
-- KEYS[1] failed   KEYS[2] queues   KEYS[3] attempts   KEYS[4] deaths
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] text before a queue's name   ARGV[3] text before a job's id
-- ARGV[4] channel that wakes workers   ARGV[5] '' or now, as the mark of a record that is kept
-- ARGV[6], ARGV[7], … the records, in order of position, seven arguments each: position from the oldest, SHA-1 of
--   the record, queue, first and last byte of the payload in the record, first byte of the mark's value and the
--   byte after it (the same when the record has no mark yet: then where its last brace is)
-- reply: for each record 'taken', 'missed' when something else stands there by now, the SHA-1 of the marked
--        record, or 'refused ' and the reason
-- @include now
-- @include payload
-- @include status
-- @include enqueue
-- @include records
local now_ms, now_s = now(ARGV[1])
local batch = new_batch(ARGV[3], now_ms, now_s)

local function read_item(argument)
  local index, sha, queue = tonumber(ARGV[argument]), ARGV[argument + 1], ARGV[argument + 2]
  local record = record_at(KEYS[1], index, sha)
  if not record then return { missed = true } end
  local payload = string.sub(record, tonumber(ARGV[argument + 3]), tonumber(ARGV[argument + 4]))
  return {
    index = index, queue = queue, record = record, payload = payload,
    mark_from = tonumber(ARGV[argument + 5]), mark_to = tonumber(ARGV[argument + 6]),
  }
end

local function add(item)
  local kind, class, _, id, seconds, prefix = read_payload(item.payload)
  item.id = id
  add_to_batch(batch, item.queue, item.payload, kind, class, id, seconds, prefix)
end

local function forget_counts(item)
  local field = count_field(item.id, item.payload)
  redis.call('HDEL', KEYS[3], field)
  redis.call('HDEL', KEYS[4], field)
end

-- Ruby appends "retried_at", and writes over the one that is there.
local function mark(item)
  local name = item.mark_from == item.mark_to and ',"retried_at":' or ''
  local marked = string.sub(item.record, 1, item.mark_from - 1)
    .. name .. '"' .. ARGV[5] .. '"' .. string.sub(item.record, item.mark_to)
  redis.call('LSET', KEYS[1], item.index, marked)
  return redis.sha1hex(marked)
end

local items, refusals, reply, taken = {}, {}, {}, {}
for argument = 6, #ARGV, 7 do
  local item = read_item(argument)
  if not item.missed then add(item) end
  items[#items + 1] = item
end
enqueue_batch(batch, KEYS[2], ARGV[2], ARGV[4], function(_, reason, queue) refusals[queue] = reason end)
for position, item in ipairs(items) do
  if item.missed then
    reply[position] = 'missed'
  elseif refusals[item.queue] then
    reply[position] = 'refused ' .. refusals[item.queue]
  else
    forget_counts(item)
    if ARGV[5] == '' then taken[#taken + 1] = item.index end
    reply[position] = ARGV[5] == '' and 'taken' or mark(item)
  end
end
remove_records(KEYS[1], taken)
return reply
