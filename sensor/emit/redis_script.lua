-- SPDX-License-Identifier: Apache-2.0
-- A batch of events into Redis, once. redis_batch.c writes what comes in; redis_sender.c reads what comes
-- out. The mark says which event of this sensor and journal came last ("SEQUENCE ID"): only a batch
-- that goes on from there is taken. Redis never takes back what a script has done, so whatever can
-- be refused is asked before the first change; and the first change, the mark, is one that Redis
-- refuses when it takes no writes (out of memory, a replica, a disk that is full).
--
-- KEYS[1] is the mark; other keys are told by their number in KEYS, 0 = not wanted. ARGV:
--   1 expected mark, "" = none   2 seconds it lives      3 stream   4 its MAXLEN, 0 = none
--   5 list                       6 its cap, 0 = none     7 channel of alerts
--   8 geo set                    9 its cap              10 a random number
--  11 events                    12 sources              13 parts
--  then for each event: sequence, alert (0 or 1) and the nine values of the stream;
--  for each source: longitude, latitude, member; for each part (state, which never holds up the
--  events): how many words, command, number of its key, the other words. The command STATE writes
--  an exposure: numbers of the keys of its hash, of what each sensor saw of it, of the clients that
--  each saw (both 0 = this state is nobody else's) and of the set of open ones; seconds that a
--  closed one (or one of nobody else) lives; id, score, sensor, open or closed, what that sensor
--  saw, and its clients ('' = as before); fields and values of the hash.
-- Gives the mark as a string if it is another one; an error if nothing was changed; else the
-- numbers {events taken, entries cut from the list, events the list refused, alerts refused,
-- sources refused, parts refused, number of the key that refused the first of these, class of the
-- first refusal}.
local EVENT, SOURCE, ID, JSON = 11, 3, 2, 10
local CLASSES = {WRONGTYPE = 1, NOPERM = 2, OOM = 3}
local OTHER_CLASS = 4

local mark_key, expected, life = KEYS[1], ARGV[1], ARGV[2]
local stream, stream_max = KEYS[tonumber(ARGV[3])], ARGV[4]
local list, list_max = KEYS[tonumber(ARGV[5])], tonumber(ARGV[6])
local channel = ARGV[7]
local geo, geo_max = KEYS[tonumber(ARGV[8])], tonumber(ARGV[9])
local events, sources, parts = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local call, type = redis.pcall, type
local first_event = 14
local first_source = first_event + events * EVENT
local first_part = first_source + sources * SOURCE

local function is_error(reply)
    return type(reply) == 'table' and reply.err
end

-- Why this key could not be written, or nil. Commands that are not allowed would else be found out
-- too late (a Redis before 7 cannot be asked).
local function find_obstacle(key, kind, ...)
    if not key then
        return nil
    end
    local got = call('TYPE', key)
    if is_error(got) then
        return got
    end
    if got.ok ~= 'none' and got.ok ~= kind then
        return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. got.ok .. ', not a ' .. kind)
    end
    for _, words in ipairs({...}) do
        if redis.acl_check_cmd and not redis.acl_check_cmd(unpack(words)) then
            return redis.error_reply('NOPERM this user may not ' .. words[1] .. ' to ' .. key)
        end
    end
    return nil
end

local function set_mark(taken)
    local text = expected
    if taken > 0 then
        local at = first_event + (taken - 1) * EVENT
        text = ARGV[at] .. ' ' .. ARGV[at + ID]
    elseif text == '' then
        text = '0'
    end
    return call('SET', mark_key, text, 'EX', life)
end

local mark = call('GET', mark_key)
if is_error(mark) then
    return mark
end
if (mark or '') ~= expected then
    return mark or ''
end
local obstacle = find_obstacle(stream, 'stream', {'XADD', stream, '*', 'id', ''})
    or find_obstacle(list, 'list', {'RPUSH', list, ''}, {'LTRIM', list, '0', '-1'})
if obstacle then
    return obstacle
end
local reply = set_mark(events)
if is_error(reply) then
    return reply
end

local class = 0
local function note(refusal)
    if class > 0 then
        return
    elseif string.find(refusal.err, 'user executing the script', 1, true)
        or string.find(refusal.err, 'ACL failure in script', 1, true) then
        class = CLASSES.NOPERM -- as Redis 7.0 says it, and as later ones do
    else
        class = CLASSES[string.match(refusal.err, '%u+') or ''] or OTHER_CLASS
    end
end

local function add_event(at)
    local a = at + ID
    if stream_max == '0' then
        return call('XADD', stream, '*', 'id', ARGV[a], 'action', ARGV[a + 1],
            'severity', ARGV[a + 2], 'store', ARGV[a + 3], 'verdict', ARGV[a + 4],
            'src', ARGV[a + 5], 'dst', ARGV[a + 6], 'country', ARGV[a + 7], 'json', ARGV[a + 8])
    end
    return call('XADD', stream, 'MAXLEN', '~', stream_max, '*', 'id', ARGV[a],
        'action', ARGV[a + 1], 'severity', ARGV[a + 2], 'store', ARGV[a + 3],
        'verdict', ARGV[a + 4], 'src', ARGV[a + 5], 'dst', ARGV[a + 6],
        'country', ARGV[a + 7], 'json', ARGV[a + 8])
end

-- An event that cannot be added ends the batch before itself.
local taken = events
for i = 0, stream and events - 1 or -1 do
    reply = add_event(first_event + i * EVENT)
    if is_error(reply) then
        set_mark(i)
        if i == 0 then
            return reply
        end
        taken = i
        break
    end
end

-- All of them or none: RPUSH takes as many words as there are.
local list_cut, list_refused = 0, 0
if list and taken > 0 then
    local documents = {}
    for i = 0, taken - 1 do
        documents[i + 1] = ARGV[first_event + i * EVENT + JSON]
    end
    reply = call('RPUSH', list, unpack(documents))
    if is_error(reply) then
        if not stream then
            set_mark(0)
            return reply
        end
        note(reply)
        list_refused = taken
    elseif list_max > 0 and reply > list_max then
        list_cut = reply - list_max
        reply = call('LTRIM', list, list_cut, -1)
        if is_error(reply) then
            note(reply)
            list_cut = 0
        end
    end
end

local alerts_refused = 0
for i = 0, channel ~= '' and taken - 1 or -1 do
    local at = first_event + i * EVENT
    if ARGV[at + 1] == '1' then
        reply = call('PUBLISH', channel, ARGV[at + JSON])
        if is_error(reply) then
            note(reply)
            alerts_refused = alerts_refused + 1
        end
    end
end

-- A full geo set loses a member drawn by lot for each one that comes, so every region keeps its
-- share. Gives what was refused, or nil.
local function make_room(count, coming)
    math.randomseed(tonumber(ARGV[10]))
    for i = 0, sources - 1 do
        local score = call('ZSCORE', geo, ARGV[first_source + i * SOURCE + 2])
        if is_error(score) then
            return score
        elseif score then
            coming = coming - 1
        end
    end
    for _ = 1, math.min(count, count + coming - geo_max) do
        local rank = math.random(0, count - 1)
        count = count - 1
        local removed = call('ZREMRANGEBYRANK', geo, rank, rank)
        if is_error(removed) then
            return removed
        end
    end
    return nil
end

local sources_refused = 0
if geo and sources > 0 then
    local count = call('ZCARD', geo)
    if is_error(count) then
        reply = count
    else
        reply = count + sources > geo_max and make_room(count, sources)
            or call('GEOADD', geo, unpack(ARGV, first_source, first_part - 1))
    end
    if is_error(reply) then
        note(reply)
        sources_refused = sources
    end
end

local function larger(a, b)
    return b ~= nil and (a == nil or b > a) and b or a
end

local function smaller(a, b)
    return b ~= nil and (a == nil or b < a) and b or a
end

-- What the sensors of a site saw of one exposure, their names, and each view by its sensor.
local function read_views(all, clients)
    local views, names, own = {}, {}, {}
    for i = 1, #all, 2 do
        local good, view = pcall(cjson.decode, all[i + 1])
        if good and type(view) == 'table' and view.first and view.last then
            local list = call('HGET', clients, all[i])
            local known, addresses = pcall(cjson.decode, type(list) == 'string' and list or '[]')
            view.addresses = known and type(addresses) == 'table' and addresses or {}
            views[#views + 1] = view
            names[#names + 1] = all[i]
            own[all[i]] = view
        end
    end
    table.sort(names)
    return views, names, own
end

-- The life of the exposure: a close never beats newer proof, and what was proven before a close that
-- is beaten belongs to an earlier time. All times are text that sorts.
local function merge_life(views, merged)
    local last, beaten, closing = nil, nil, nil
    for _, view in ipairs(views) do
        last = larger(last, view.last)
        merged.times_opened = larger(merged.times_opened, view.times)
    end
    for _, view in ipairs(views) do
        if view.closed and view.closed < last then
            beaten = larger(beaten, view.closed)
        elseif view.closed and (not closing or view.closed > closing.closed) then
            closing = view
        end
    end
    local first = nil
    for _, view in ipairs(views) do
        if not beaten or view.last > beaten then
            first = smaller(first, view.first)
        end
    end
    local shut = beaten and beaten < first and beaten or nil
    for _, view in ipairs(views) do
        if view.shut and view.shut <= first then
            shut = larger(shut, view.shut)
        end
    end
    merged.first_seen, merged.last_seen, merged.shut_before = first, last, shut
    merged.status = closing and 'closed' or 'open'
    merged.closed_at, merged.closed_by = closing and closing.closed, closing and closing.by
end

-- Clients are told apart by their addresses; of those that a sensor only counted, the most that one
-- of them did.
local function merge_clients(views, merged)
    local seen, count, more, codes, countries = {}, 0, 0, {}, {}
    for _, view in ipairs(views) do
        for _, address in ipairs(view.addresses) do
            count = count + (seen[address] and 0 or 1)
            seen[address] = true
        end
        more = math.max(more, (view.actors or 0) - #view.addresses)
        for code in string.gmatch(view.countries or '', '[^,]+') do
            if not codes[code] then
                codes[code] = true
                countries[#countries + 1] = code
            end
        end
    end
    table.sort(countries)
    merged.actors = count + more
    merged.countries = #countries > 0 and table.concat(countries, ',') or nil
end

local function merge_amounts(views, merged)
    local worst = views[1]
    merged.returned, merged.bytes, merged.requests = 0, 0, 0
    for _, view in ipairs(views) do
        for _, name in ipairs({'returned', 'bytes', 'requests'}) do
            merged[name] = merged[name] + (view[name] or 0)
        end
        merged.severity = larger(merged.severity, view.severity)
        if view.records and (not merged.records or view.records > merged.records) then
            merged.records, merged.records_source = view.records, view.source
        end
        merged.oldest_record = smaller(merged.oldest_record, view.oldest)
        merged.newest_record = larger(merged.newest_record, view.newest)
        if (view.rank or 0) > (worst.rank or 0) then
            worst = view
        end
    end
    merged.verdict = worst.verdict
end

-- Whether no other sensor saw more: its names, classes and report are those that stand.
local function leads(own, views)
    for _, view in ipairs(views) do
        local rank, own_rank = view.rank or 0, own.rank or 0
        if rank > own_rank or rank == own_rank and (view.returned or 0) > (own.returned or 0) then
            return false
        end
    end
    return true
end

-- The fields of the hash as all sensors together know them; nil: this one alone knows it.
local function merge(all, clients, sensor, first, final)
    local views, names, own = read_views(all, clients)
    if #views < 2 or not own[sensor] then
        return nil
    end
    local merged, fields = {sensors = table.concat(names, ',')}, {}
    merge_life(views, merged)
    merge_clients(views, merged)
    merge_amounts(views, merged)
    if leads(own[sensor], views) then
        for i = first, final, 2 do
            if merged[ARGV[i]] == nil and ARGV[i] ~= 'closed_at' and ARGV[i] ~= 'closed_by' then
                merged[ARGV[i]] = ARGV[i + 1]
            end
        end
    end
    for name, value in pairs(merged) do
        fields[#fields + 1] = name
        fields[#fields + 1] = type(value) == 'number' and string.format('%.0f', value) or value
    end
    return fields, merged
end

-- Seconds since 1970 of a time as text.
local function seconds_of(text)
    local y, m, d, h, min, s = string.match(text, '(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)')
    y, m, d = tonumber(y), tonumber(m), tonumber(d)
    if m < 3 then
        y, m = y - 1, m + 12
    end
    local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400)
        + math.floor((153 * (m - 3) + 2) / 5) + d - 719469
    return ((days * 24 + h) * 60 + min) * 60 + s
end

-- Runs commands, false ones left out, up to the first that is refused; gives that and its key, or
-- nil.
local function all_of(...)
    for _, words in ipairs({...}) do
        local done = words and call(unpack(words))
        if is_error(done) then
            return done, words[2]
        end
    end
    return nil
end

local FIELDS = 11 -- where the fields of a state begin

-- What this sensor saw to what the others did. Gives what all have together, if they are several; or
-- what was refused, and its key.
local function add_view(first, final)
    local sensors, clients = KEYS[tonumber(ARGV[first + 1])], KEYS[tonumber(ARGV[first + 2])]
    local sensor, addresses = ARGV[first + 7], ARGV[first + 10]
    local done, key = call('HSET', sensors, sensor, ARGV[first + 9]), sensors
    if addresses ~= '' and not is_error(done) then
        done, key = call('HSET', clients, sensor, addresses), clients
    end
    if is_error(done) then
        return nil, nil, done, key
    end
    local count = call('HLEN', sensors)
    if count == 1 then
        return nil, nil
    end
    local all = is_error(count) and count or call('HGETALL', sensors)
    if is_error(all) then
        return nil, nil, all, sensors
    end
    return merge(all, clients, sensor, first + FIELDS, final)
end

local function put_state(first, final)
    local hash, sensors = KEYS[tonumber(ARGV[first])], KEYS[tonumber(ARGV[first + 1])]
    local clients, open = KEYS[tonumber(ARGV[first + 2])], KEYS[tonumber(ARGV[first + 3])]
    local life, id, score, status = ARGV[first + 4], ARGV[first + 5], ARGV[first + 6], ARGV[first + 8]
    local was = call('HGET', hash, 'status')
    if is_error(was) then
        return was, hash
    end
    local fields, merged, refusal, key
    if sensors then
        fields, merged, refusal, key = add_view(first, final)
        if refusal then
            return refusal, key
        end
    end
    if merged then
        status, score = merged.status, seconds_of(merged.last_seen)
    end
    local done
    if fields then
        done = call('HSET', hash, unpack(fields))
    else
        done = call('HSET', hash, unpack(ARGV, first + FIELDS, final))
    end
    if is_error(done) then
        return done, hash
    elseif status == 'closed' then
        return all_of({'ZREM', open, id}, {'EXPIRE', hash, life},
            sensors and {'EXPIRE', sensors, life} or false,
            sensors and {'EXPIRE', clients, life} or false)
    end
    local again = was == 'closed'
    done = call('ZADD', open, score, id)
    if is_error(done) then
        return done, open
    elseif again or not sensors then
        return all_of(again and {'HDEL', hash, 'closed_at', 'closed_by'}, again and {'PERSIST', hash},
            again and sensors and {'PERSIST', sensors} or false,
            again and sensors and {'PERSIST', clients} or false,
            not sensors and {'EXPIRE', hash, life}, not sensors and {'EXPIRE', open, life})
    end
    return nil
end

-- The number of one of the keys of a state.
local function number_of(key, first)
    for i = first, first + 3 do
        if KEYS[tonumber(ARGV[i])] == key then
            return tonumber(ARGV[i])
        end
    end
end

local parts_refused, key_refused = 0, 0
local at = first_part
for _ = 1, parts do
    local words, key = tonumber(ARGV[at]), nil
    if ARGV[at + 1] == 'STATE' then
        reply, key = put_state(at + 2, at + words)
    else
        reply = call(ARGV[at + 1], KEYS[tonumber(ARGV[at + 2])], unpack(ARGV, at + 3, at + words))
    end
    if is_error(reply) then
        note(reply)
        parts_refused = parts_refused + 1
        if key_refused == 0 then
            key_refused = key and number_of(key, at + 2) or tonumber(ARGV[at + 2])
        end
    end
    at = at + words + 1
end

return {taken, list_cut, list_refused, alerts_refused, sources_refused, parts_refused,
    key_refused, class}
