-- Finds a job by its id in the delayed set or in its queue, and takes it out. Needs payload.lua,
-- status.lua and ruby-index.lua.

-- Looks through `limit` entries from the tail, `skip` entries in. From the tail, because what joins or leaves
-- while we search in several calls does so at the ends, and cannot hide an entry from us there.
-- `from`: where in an entry the id is looked for: from -64 on, where payloads of ours have it, or from 1 on.
-- The entries of a parked list hold a payload and its queue; see limits.lua of the running room.
-- Reading an entry is what costs (a quarter of a microsecond each), so a few are read at a time.
local entries_each = 32

local function find_in_entries(entries, id, from, is_parked)
  local find = string.find
  for index = #entries, 1, -1 do
    local payload = entries[index]
    if find(payload, id, from, true) then
      if is_parked then payload = string.match(payload, '^{"queue":".-","payload":(.*)}$') or payload end
      local _, _, _, found = read_payload(payload)
      if found == id then return payload, entries[index], index end
    end
  end
end

-- -> payload, or nil and whether the list goes on; and the entry, where that is more than the payload
local function find_in_list(key, id, skip, limit, from, is_parked)
  local last = skip + limit
  while skip < last do
    local count = math.min(entries_each, last - skip)
    local entries = redis.pcall('LRANGE', key, -(skip + count), -(skip + 1))
    if entries.err then return nil, false end
    local payload, entry = find_in_entries(entries, id, from, is_parked)
    if payload then return payload, false, entry end
    if #entries < count then return nil, false end
    skip = skip + count
  end
  return nil, true
end

-- @include bucket-order

local function record_of(text)
  if not text then return {} end
  local ok, record = pcall(cjson.decode, text)
  return ok and type(record) == 'table' and record or {}
end

-- Where the job is, going by its status record, else by the second in its id.
-- -> code, list key, second, record;  code is 63 or 1 when there is a list to look in, else that of its state
local function place_of(id, status_prefix, bucket_prefix, queue_prefix, parked_prefix)
  local record = record_of(redis.call('GET', status_key(status_prefix, id)))
  local code = tonumber(record.status)
  if code == 1 and parked_prefix and type(record.parked) == 'string' then
    return 1, parked_prefix .. record.parked, nil, record
  end
  if code == 1 and type(record.queue) == 'string' then return 1, queue_prefix .. record.queue, nil, record end
  if code and code ~= 63 then return code end
  local planned = tonumber(string.sub(id, 1, 10), 16) or 0
  local due = digits(tonumber(record.due) or planned % 549755813888) -- 2^39, the mark of untracked jobs
  return 63, bucket_prefix .. due, due, record
end

-- Looks into a bucket: first where its order tells. A job whose record tells its second was moved there, and stands
-- out of order.
-- -> as find_in_list, and the end of the bucket that is nearer, where that is known
local function find_delayed(id, key, record, skip, limit, from)
  if skip == 0 and not record.due then
    local payload, nearer_end = find_in_order(key, id, limit)
    if payload then return payload, false, nil, nearer_end end
  end
  return find_in_list(key, id, skip, limit, from)
end

-- -> { code, payload, more, key, due, record }: payload is nil when it was not found in this stretch
local function find_job(id, skip, limit, from, status_prefix, bucket_prefix, queue_prefix, parked_prefix)
  local code, key, due, record = place_of(id, status_prefix, bucket_prefix, queue_prefix, parked_prefix)
  if not key then return { code = code } end
  local found = { code = code, key = key, due = due, record = record }
  if due then
    found.payload, found.more, found.entry, found.nearer_end = find_delayed(id, key, record, skip, limit, from)
  else
    local is_parked = parked_prefix and record.parked ~= nil
    found.payload, found.more, found.entry = find_in_list(key, id, skip, limit, from, is_parked)
  end
  return found
end

-- -> whether it was in Ruby's index, which is told as well
local function take_out(found, schedule_key, timestamps_prefix)
  redis.call('LREM', found.key, found.nearer_end or -1, found.entry or found.payload)
  if not found.due then return false end
  -- Whoever found it by the bucket's order has seen that the bucket holds many more.
  if not found.nearer_end and redis.call('EXISTS', found.key) == 0 then
    redis.call('ZREM', schedule_key, found.due)
  end
  return leave_ruby_index(timestamps_prefix, found.key, found.payload, found.due)
end
