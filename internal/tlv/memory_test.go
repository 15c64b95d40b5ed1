package tlv

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allocation returns how many bytes f allocates. The least of three runs
// leaves out what other goroutines do meanwhile.
func allocation(f func()) int {
	least := uint64(1 << 62)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return int(least)
}

const hostileSize = 400 << 10

// fill returns a list or map of as many entries as fit into hostileSize
// before the last ones.
func fill(tag byte, entry func(i int) string, last ...string) []byte {
	var body strings.Builder
	count := 0
	end := strings.Join(last, "")
	for next := entry(0); headerSize+body.Len()+len(next)+len(end) <= hostileSize; next = entry(count) {
		body.WriteString(next)
		count++
	}
	body.WriteString(end)
	return slices.Concat([]byte{0, tag}, binary.BigEndian.AppendUint32(nil, uint32(count+len(last))), []byte(body.String()))
}

func text(s string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func constant(s string) func(int) string { return func(int) string { return s } }

// descending keys or members are in neither order's order.
func descending(format string) func(int) string {
	return func(i int) string { return fmt.Sprintf(format, 999_999-i) }
}

const (
	serializedNull = "\x00\x00"
	twice          = "\x00S\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"
	badTag         = "\x00x"
)

// hostileSerializations are about 400 KiB each and are refused.
func hostileSerializations() map[string][]byte {
	key := func(s string) string { return "\x00s" + text(s) }
	small := "\x00M\x00\x00\x00\x01" + key("") + serializedNull
	deep := strings.Repeat("\x00M\x00\x00\x00\x01"+key(""), MaxDepth-1) + serializedNull
	number := descending("%dE119")
	cases := map[string][]byte{
		"string with a fault at its end":       []byte("\x00s" + text(strings.Repeat("x", hostileSize)+"\xff")),
		"number of zeros":                      []byte("\x00n" + text(strings.Repeat("0", hostileSize))),
		"equal empty strings":                  fill(tagStringSet, constant(text(""))),
		"equal empty binaries":                 fill(tagBinarySet, constant(text(""))),
		"equal numbers":                        fill(tagNumberSet, constant(text("1"))),
		"equal numbers with exponents":         fill(tagNumberSet, constant(text("1E125"))),
		"descending strings, the last equal":   fill(tagStringSet, func(i int) string { return text(descending("%06d")(i)) }, text("999999")),
		"descending binaries, the last equal":  fill(tagBinarySet, func(i int) string { return text(descending("%06d")(i)) }, text("999999")),
		"descending numbers, the last equal":   fill(tagNumberSet, func(i int) string { return text(number(i)) }, text("9999990E118")),
		"long numbers, the last equal":         fill(tagNumberSet, func(i int) string { return text(longNumber(i)) }, text(longNumber(0))),
		"empty binaries behind a longer one":   []byte("\x00B\x00\x01\x90\x00" + text("b") + strings.Repeat(text(""), 0x18FFF)),
		"shuffled numbers, some equal":         fill(tagNumberSet, func(i int) string { return text(fmt.Sprintf("%dE119", 100_000+i*7919%20_011)) }),
		"map of one key":                       fill(tagMap, constant(key("")+serializedNull)),
		"map of descending keys, last is bad":  fill(tagMap, func(i int) string { return key(descending("%06d")(i)) + serializedNull }, key("")+badTag),
		"map of descending keys, last is same": fill(tagMap, func(i int) string { return key(descending("%06d")(i)) + serializedNull }, key("999999")+serializedNull),
	}
	for name, entry := range map[string]string{
		"nulls": serializedNull, "bools": "\x00?\x01", "empty lists": "\x00L\x00\x00\x00\x00", "empty maps": "\x00M\x00\x00\x00\x00",
		"empty sets": "\x00N\x00\x00\x00\x00", "small maps": small, "deep maps": deep, "numbers with exponents": "\x00n" + text("1E125"), "small sets": "\x00B\x00\x00\x00\x01" + text(""),
		"sets out of order": "\x00S\x00\x00\x00\x02" + text("b") + text("a"), "long numbers": "\x00n" + text(longNumber(1)),
		"maps out of order": "\x00M\x00\x00\x00\x02" + key("b") + serializedNull + key("a") + serializedNull,
	} {
		cases[name+" and an unknown tag"] = fill(tagList, constant(entry), badTag)
		cases[name+" and a set with a duplicate"] = fill(tagList, constant(entry), twice)
	}
	return cases
}

// longNumber is a text of almost the longest that is read, not in normal form.
func longNumber(i int) string {
	return fmt.Sprintf("-0.%s%038dE-3", strings.Repeat("0", 100), 100_000-i)
}

func TestRefusingASerializationNeedsLittleMemory(t *testing.T) {
	for name, data := range hostileSerializations() {
		t.Run(name, func(t *testing.T) {
			text := string(data)
			require.InDelta(t, hostileSize, len(data), 1<<10)
			var err error
			allocated := allocation(func() { _, err = Decode(data, text) })
			require.Error(t, err)
			assert.LessOrEqual(t, allocated, 8*len(data)+64<<10)
		})
	}
}

func TestBadCountsNeedNoMemory(t *testing.T) {
	for _, count := range []uint32{1<<31 - 1, 1<<32 - 1, 1 << 31, 1 << 30, 1 << 24, 1000} {
		for _, tag := range []byte("bnsBNSLM") {
			for _, tail := range []int{0, 1, 4, 100, 999} {
				prefix := binary.BigEndian.AppendUint32([]byte{0, tag}, count)
				direct := slices.Concat(prefix, make([]byte, tail))
				inList := slices.Concat([]byte("\x00L\x00\x00\x00\x01"), direct)
				inSet := slices.Concat([]byte("\x00S\x00\x00\x00\x01"), prefix[tagSize:], make([]byte, tail))
				asKey := slices.Concat([]byte("\x00M\x00\x00\x00\x01\x00s"), prefix[tagSize:], make([]byte, tail))
				for _, data := range [][]byte{direct, inList, inSet, asKey} {
					text := string(data)
					var err error
					allocated := allocation(func() { _, err = Decode(data, text) })
					require.ErrorIs(t, err, errTruncated, "%x", data[:min(len(data), 20)])
					require.LessOrEqual(t, allocated, 1<<10, "%x", data[:min(len(data), 20)])
				}
			}
		}
	}
}

func TestHashingDoesNotGrowWithTheValue(t *testing.T) {
	numbers := func(n int) (values []types.AttributeValue, ascending, mixed []string) {
		for i := range n {
			text := fmt.Sprintf("%dE119", 100_000+i)
			values = append(values, num("1E125"))
			ascending = append(ascending, text)
			mixed = append(mixed, text)
		}
		slices.Reverse(mixed)
		return values, ascending, mixed
	}
	sum := func(v types.AttributeValue) int {
		var err error
		allocated := allocation(func() { _, err = NewHasher().Sum(nil, v, UTF16Order) })
		require.NoError(t, err)
		return allocated
	}
	const few, many = 4_000, 40_000
	fewValues, fewAscending, fewMixed := numbers(few)
	manyValues, manyAscending, manyMixed := numbers(many)

	assert.LessOrEqual(t, sum(list(fewValues...)), 4<<10)
	assert.LessOrEqual(t, sum(list(manyValues...)), 4<<10)
	assert.LessOrEqual(t, sum(numSet(fewAscending...)), 4<<10)
	assert.LessOrEqual(t, sum(numSet(manyAscending...)), 4<<10)
	assert.LessOrEqual(t, sum(numSet(fewMixed...)), few*64)
	assert.LessOrEqual(t, sum(numSet(manyMixed...)), many*64)

	long := strings.Repeat("x", hostileSize)
	assert.LessOrEqual(t, sum(str(long)), 4<<10)
	assert.LessOrEqual(t, sum(&types.AttributeValueMemberB{Value: []byte(long)}), 4<<10)
	assert.LessOrEqual(t, sum(list(str(long), bin([]byte(long)...), strSet(long))), 4<<10)
}

func TestRefusingAValueNeedsLittleMemoryToHash(t *testing.T) {
	var strings6, numbers []string
	var binaries [][]byte
	keys := map[string]types.AttributeValue{"bad": num("NaN")}
	nulls := []types.AttributeValue{}
	for i := range hostileSize / 10 {
		s := descending("%06d")(i)
		strings6 = append(strings6, s)
		numbers = append(numbers, s)
		binaries = append(binaries, []byte(s))
		keys[s] = null()
		nulls = append(nulls, num("1E125"))
	}
	for name, v := range map[string]types.AttributeValue{
		"string twice":            strSet(append(strings6, "999999")...),
		"number twice":            numSet(append(numbers, "999999.0")...),
		"binary twice":            binSet(append(binaries, []byte("999999"))...),
		"invalid number in a map": dict(keys),
		"nil behind numbers":      list(append(nulls, nil)...),
	} {
		t.Run(name, func(t *testing.T) {
			hasher := NewHasher()
			var err error
			allocated := allocation(func() { _, err = hasher.Sum(nil, v, UTF8Order) })
			require.Error(t, err)
			assert.LessOrEqual(t, allocated, 8*hostileSize+64<<10)
		})
	}
}

// A text of 200 KiB that takes part in each comparison of a sort would cost
// minutes.
func TestLongTextsInANumberSetAreReadOnce(t *testing.T) {
	const members = 40_000
	for _, at := range []int{0, members / 4, members / 2, members * 3 / 4, members - 1} {
		set := make([]string, members)
		for i := range set {
			set[i] = fmt.Sprint(1_000_000 + (i*7919)%members)
		}
		long := strings.Repeat("0", 200<<10) + "1020000.5"
		set[at] = long
		start := time.Now()
		data, err := Append(nil, numSet(set...), UTF8Order)
		require.NoError(t, err)
		assert.Equal(t, len(long), len(set[at]), "encoding changed its input")
		assert.True(t, bytes.Contains(data, []byte("\x00\x00\x00\x091020000.5")))
		assert.Less(t, time.Since(start), 5*time.Second)
	}
}
