package tlv

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// mixed returns a map of records of all types, of about size bytes.
func mixed(size int) types.AttributeValue {
	record := func(i int) types.AttributeValue {
		return dict(map[string]types.AttributeValue{
			"id":      str(fmt.Sprintf("order-%06d", i)),
			"price":   num(fmt.Sprintf("%d.%02d", i*17, i%100)),
			"paid":    boolean(i%2 == 0),
			"note":    str(strings.Repeat("text ", 20)),
			"digest":  bin([]byte(strings.Repeat("d", 32))...),
			"tags":    strSet("blue", "large", "new"),
			"sizes":   numSet("10", "36", "38.5"),
			"parent":  null(),
			"history": list(num("1"), num("2"), str("sent")),
		})
	}
	records := []types.AttributeValue{}
	for i := 0; ; i++ {
		records = append(records, record(i))
		v := dict(map[string]types.AttributeValue{"records": list(records...)})
		if n, _ := Size(v); n >= size {
			return v
		}
	}
}

func benchmark(b *testing.B, f func(b *testing.B, v types.AttributeValue, data []byte)) {
	for _, c := range []struct {
		name string
		size int
	}{{"0.5KB", 400}, {"4KB", 4 << 10}, {"100KB", 100 << 10}} {
		v := mixed(c.size)
		data, err := Append(nil, v, UTF8Order)
		require.NoError(b, err)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			f(b, v, data)
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	benchmark(b, func(b *testing.B, v types.AttributeValue, data []byte) {
		dst := make([]byte, 0, len(data))
		for b.Loop() {
			_, _ = Append(dst, v, UTF8Order)
		}
	})
}

func BenchmarkHasherSum(b *testing.B) {
	benchmark(b, func(b *testing.B, v types.AttributeValue, _ []byte) {
		hasher := NewHasher()
		dst := make([]byte, 0, sha256.Size)
		for b.Loop() {
			_, _ = hasher.Sum(dst, v, UTF8Order)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	benchmark(b, func(b *testing.B, _ types.AttributeValue, data []byte) {
		for b.Loop() {
			_, _ = Decode(data, string(data))
		}
	})
}

func BenchmarkNormalizeNumber(b *testing.B) {
	for _, text := range []string{"42", "1234.5600", "1E125", strings.Repeat("0", 400<<10)} {
		b.Run(shorten(text), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = NormalizeNumber(text)
			}
		})
	}
}
