-- Takes all delayed jobs of a class and args out for good: those that the two indexes tell of, when they point to
-- few entries. Else nothing is done, and the caller walks.
-- KEYS[1] delayed_queue_schedule   KEYS[2] attempts   KEYS[3] deaths   KEYS[4] the leader's lock
-- KEYS[5] node-resque's lock   KEYS[6] hints that are to be sorted
-- ARGV[1] '' or a test clock's milliseconds   ARGV[2] class and ARGV[3] args as JSON   ARGV[4] their digest
-- ARGV[5] the job as Ruby and ARGV[6] as Node writes it, or ''
-- ARGV[7] text before a second   ARGV[8] text before a job's id   ARGV[9] text before a payload in the key of Ruby's index
-- ARGV[10] text before the digits of our index   ARGV[11] about how many hints are sorted in one call
-- ARGV[12] entries to look at   ARGV[13] channel that tells who waits for the end of a job
-- ARGV[14] seconds that the final status is kept
-- reply: how many were taken out | 'more': call again | 'walk'
-- @include now
-- @include payload
-- @include status
-- @include same-job
-- @include ruby-hands
-- @include sort-hints
local now_ms, now_s = now(ARGV[1])
local digest, bucket_prefix, left = ARGV[4], ARGV[7], tonumber(ARGV[12])
local class, args = cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
local head = '{"class":' .. ARGV[2] .. ',"args":' .. ARGV[3] .. ',"'
local found = {}

local function is_meant(payload)
  if string.sub(payload, 1, #head) == head then return true end
  return is_same_job(payload, class, ARGV[2], args)
end

-- Ids stand within the last 64 characters of what we write.
local function look_at(entries, due, from)
  local find, count = string.find, #found
  for index, payload in ipairs(entries) do
    if find(payload, digest, from, true) and is_meant(payload) then
      local kind, its_class, queue, id, seconds = read_payload(payload)
      if kind == 'ours' and string.sub(id, 11, 18) == digest then
        found[#found + 1] = {
          payload = payload, due = due, nearer_end = index * 2 > #entries and -1 or 1,
          class = its_class, queue = queue, id = id, seconds = seconds,
        }
      end
    end
  end
  return #found > count
end

-- -> the bucket's length, or nil when it is out of our reach
local function reach(due)
  if is_in_rubys_hands(due, now_s, KEYS[4], KEYS[5]) then return nil end
  local length = redis.pcall('LLEN', bucket_prefix .. due)
  if type(length) ~= 'number' then return nil end
  left = left - length
  return length
end

local function look_for_ours()
  local key, start, cursor = ARGV[10] .. string.sub(digest, 1, 4), '1' .. string.sub(digest, 5, 8), '0'
  repeat
    local reply = redis.pcall('SSCAN', key, cursor, 'MATCH', start .. '*', 'COUNT', 1000)
    if reply.err then return end
    for _, hint in ipairs(reply[2]) do
      local due = string.sub(hint, 6)
      local length = reach(due)
      if left < 0 then return end
      if length and length > 0 then
        local entries = redis.call('LRANGE', bucket_prefix .. due, 0, -1)
        if not look_at(entries, due, -64) then look_at(entries, due, 1) end
      end
    end
    cursor, left = reply[1], left - 100
  until cursor == '0' or left < 0
end

-- Equal jobs of Ruby's and Node's are equal to the byte.
local function look_for_theirs(payload)
  if payload == '' then return end
  local members = redis.pcall('SMEMBERS', ARGV[9] .. payload)
  for _, member in ipairs(members.err and {} or members) do
    local due = string.match(member, '^delayed:(%d+)$')
    if due and reach(due) then found[#found + 1] = { payload = payload, due = due, nearer_end = 0 } end
  end
end

local function take_out(job)
  local bucket = bucket_prefix .. job.due
  local removed = redis.call('LREM', bucket, job.nearer_end, job.payload)
  if not job.id then redis.call('SREM', ARGV[9] .. job.payload, 'delayed:' .. job.due) end
  if redis.call('EXISTS', bucket) == 0 then redis.call('ZREM', KEYS[1], job.due) end
  return removed
end

local function tell(job)
  redis.call('HDEL', KEYS[2], job.id)
  redis.call('HDEL', KEYS[3], job.id)
  if not is_tracked(job.id) then return end
  local record = status_record(64, job.class, job.queue, job.seconds, '', now_ms, now_s)
  redis.call('SET', status_key(ARGV[8], job.id), record, 'EX', ARGV[14])
  redis.pcall('PUBLISH', ARGV[13], job.id)
end

if not sort_hints(KEYS[1], KEYS[6], ARGV[10], tonumber(ARGV[11])) then return 'more' end
look_for_ours()
look_for_theirs(ARGV[5])
look_for_theirs(ARGV[6])
if left < 0 or #found > 500 then return 'walk' end
local taken = 0
for _, job in ipairs(found) do
  local removed = take_out(job)
  taken = taken + removed
  if job.id and removed > 0 then tell(job) end
end
return taken
