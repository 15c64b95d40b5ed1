package memdb

import "strings"

// Limits of DynamoDB, in bytes.
const (
	maxItemSize    = 400 << 10
	maxPageSize    = 1 << 20
	maxBatchSize   = 16 << 20
	maxHashKeySize = 2048
	maxSortKeySize = 1024
)

// itemSize returns the size of an item by DynamoDB's published rules: the
// UTF-8 bytes of names and the sizes of values.
func itemSize(it map[string]value) int {
	size := 0
	for name, v := range it {
		size += len(name) + valueSize(v)
	}
	return size
}

func valueSize(v value) int {
	size := 0
	switch v := v.(type) {
	case *stringV:
		return len(v.Value)
	case *numberV:
		return numberSize(v.Value)
	case *binaryV:
		return len(v.Value)
	case *strSetV:
		for _, s := range v.Value {
			size += len(s)
		}
	case *numSetV:
		for _, n := range v.Value {
			size += numberSize(n)
		}
	case *binSetV:
		for _, b := range v.Value {
			size += len(b)
		}
	case *boolV, *nullV:
		return 1
	case *listV:
		size = 3 + len(v.Value)
		for _, element := range v.Value {
			size += valueSize(element)
		}
	case *mapV:
		size = 3 + len(v.Value) + itemSize(v.Value)
	}
	return size
}

// numberSize counts one byte for two significant digits and one more, and one
// for a minus sign.
func numberSize(normal string) int {
	digits := strings.Trim(strings.ReplaceAll(strings.TrimPrefix(normal, "-"), ".", ""), "0")
	size := (len(digits)+1)/2 + 1
	if strings.HasPrefix(normal, "-") {
		size++
	}
	return size
}
