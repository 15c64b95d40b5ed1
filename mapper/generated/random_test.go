package generated_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// source makes values of few sorts, so that special ones are frequent.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 1))} }

func pick[T any](s source, from ...T) T { return from[s.IntN(len(from))] }

var timeType = reflect.TypeFor[time.Time]()

// fill sets a variable to a value.
func (s source) fill(v reflect.Value, depth int) {
	if v.Type().ConvertibleTo(timeType) && v.Kind() == reflect.Struct {
		at := pick(s, time.Time{}, time.Unix(1700000000, 5).UTC(), time.Unix(-5, 0).UTC(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)))
		v.Set(reflect.ValueOf(at).Convert(v.Type()))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(s.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(pick(s, int64(0), 1, -1, 100, 1<<62, math.MinInt64) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(pick(s, uint64(0), 1, 200, math.MaxUint64) >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(pick(s, 0, math.Copysign(0, -1), 1, -0.1, 1e20, 0.1, math.MaxFloat32))
	case reflect.String:
		if v.Type() == reflect.TypeFor[attributevalue.Number]() {
			v.SetString(pick(s, "0", "17", "-2.50", "1E2"))
			return
		}
		v.SetString(pick(s, "", "1", "-2.50", "text", "ü€", "2026-01-02T03:04:05Z"))
	case reflect.Pointer:
		if s.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			s.fill(v.Elem(), depth+1)
		}
	case reflect.Slice:
		s.fillSlice(v, depth)
	case reflect.Array:
		for i := range v.Len() {
			s.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		s.fillMap(v, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				s.fill(v.Field(i), depth+1)
			} else if v.Type().Field(i).Anonymous { // of an unexported type: its fields can be set
				for j := range v.Field(i).NumField() {
					s.fill(v.Field(i).Field(j), depth+1)
				}
			}
		}
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[types.AttributeValue]() {
			v.Set(reflect.ValueOf(s.value(depth)))
		} else {
			v.Set(reflect.ValueOf(pick[any](s, "any", 1.5, true, []any{"x"})))
		}
	}
}

const maxDepth = 4

func (s source) fillSlice(v reflect.Value, depth int) {
	n := s.IntN(4) - 1
	if n < 0 || depth > maxDepth {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		s.fill(v.Index(i), depth+1)
	}
}

func (s source) fillMap(v reflect.Value, depth int) {
	n := s.IntN(4) - 1
	if n < 0 || depth > maxDepth {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range n {
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		s.fill(key, depth+1)
		s.fill(element, depth+1)
		v.SetMapIndex(key, element)
	}
}

// value returns an attribute value of any kind.
func (s source) value(depth int) types.AttributeValue {
	kinds := 10
	if depth > maxDepth {
		kinds = 8
	}
	switch s.IntN(kinds) {
	case 0:
		return &types.AttributeValueMemberS{Value: pick(s, "", "1", "text", "2026-01-02T03:04:05Z", "-7")}
	case 1:
		return &types.AttributeValueMemberN{Value: pick(s, "0", "1", "-1", "1.5", "300", "18446744073709551615", "1E+39", "-0", "1.0")}
	case 2:
		return &types.AttributeValueMemberBOOL{Value: s.IntN(2) == 0}
	case 3:
		return &types.AttributeValueMemberNULL{Value: true}
	case 4:
		return &types.AttributeValueMemberB{Value: pick(s, []byte{}, []byte("abcd"), []byte{0})}
	case 5:
		return &types.AttributeValueMemberSS{Value: pick(s, []string{"b", "a"}, []string{"1"})}
	case 6:
		return &types.AttributeValueMemberNS{Value: pick(s, []string{"2", "10"}, []string{"1.50", "-1"})}
	case 7:
		return &types.AttributeValueMemberBS{Value: pick(s, [][]byte{[]byte("b"), []byte("a")}, [][]byte{{}})}
	case 8:
		list := make([]types.AttributeValue, s.IntN(3))
		for i := range list {
			list[i] = s.value(depth + 1)
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	m := crypto.Item{}
	for range s.IntN(3) {
		add(m, pick(s, "street", "STREET", "X", "Y", "Name", "key", "", "zip"), s.value(depth+1))
	}
	return &types.AttributeValueMemberM{Value: m}
}

// change replaces a value of an item, at any level, by another one; sometimes none, and
// sometimes two.
func (s source) change(item crypto.Item, depth int) {
	names := slices.Sorted(maps.Keys(item))
	for range pick(s, 0, 1, 1, 1, 2) {
		if len(names) == 0 {
			break
		}
		name := names[s.IntN(len(names))]
		switch v := item[name].(type) {
		case *types.AttributeValueMemberM:
			if s.IntN(2) == 0 {
				s.change(v.Value, depth+1)
				continue
			}
		case *types.AttributeValueMemberL:
			if s.IntN(2) == 0 && len(v.Value) > 0 {
				v.Value[s.IntN(len(v.Value))] = s.value(depth + 1)
				continue
			}
		}
		item[name] = s.value(depth)
	}
	if depth > 0 && s.IntN(8) == 0 {
		add(item, pick(s, "street", "STREET", "x", "unknown", "city"), s.value(depth))
	}
}

// add adds an attribute, unless one has its name in another letter case: which of the
// two attributevalue decodes into a field is a matter of chance.
func add(item crypto.Item, name string, v types.AttributeValue) {
	for other := range item {
		if other != name && strings.EqualFold(other, name) {
			return
		}
	}
	item[name] = v
}
