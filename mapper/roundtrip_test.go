package mapper_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

type (
	text  string
	level int8
	// celsius marshals itself by value, point through a pointer.
	celsius float64
	point   struct{ x, y int }
	// optional is written as NULL if it is not set.
	optional struct {
		set   bool
		value string
	}
	city struct {
		Name    string `dynamodbav:"name"`
		Country *string
		Tags    []string `dynamodbav:"tags,stringset,omitempty"`
		Founded time.Time
		hidden  string
		Ignored string `dynamodbav:"-"`
		*district
	}
	district struct{ Area float32 }
	tree     struct {
		Value    int
		Children []*tree
	}
)

func (c celsius) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return str(fmt.Sprintf("%g°C", float64(c))), nil
}

func (c *celsius) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	_, err := fmt.Sscanf(v.(*types.AttributeValueMemberS).Value, "%g°C", (*float64)(c))
	return err
}

func (p *point) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberL{Value: []types.AttributeValue{num(fmt.Sprint(p.x)), num(fmt.Sprint(p.y))}}, nil
}

func (p *point) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	var xy [2]int
	err := attributevalue.Unmarshal(v, &xy)
	p.x, p.y = xy[0], xy[1]
	return err
}

func (o optional) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if !o.set {
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	return str(o.value), nil
}

func (o *optional) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	s, ok := v.(*types.AttributeValueMemberS)
	*o = optional{set: ok}
	if ok {
		o.value = s.Value
	}
	return nil
}

func TestScalarsRoundTrip(t *testing.T) {
	roundTrips(t, plain("", "text", "日本語", "\x00", strings.Repeat("long", 10_000))...)
	roundTrips(t, plain[text]("", "text")...)
	roundTrips(t, plain(true, false)...)
	roundTrips(t, plain(0, 1, -1, math.MaxInt, math.MinInt)...)
	roundTrips(t, plain[int64](math.MaxInt64, math.MinInt64)...)
	roundTrips(t, plain[int8](math.MinInt8, math.MaxInt8)...)
	roundTrips(t, plain[int16](math.MinInt16, math.MaxInt16)...)
	roundTrips(t, plain[int32](math.MinInt32, math.MaxInt32)...)
	roundTrips(t, plain[uint](0, math.MaxUint)...)
	roundTrips(t, plain[uint8](0, math.MaxUint8)...)
	roundTrips(t, plain[uint16](math.MaxUint16)...)
	roundTrips(t, plain[uint32](math.MaxUint32)...)
	roundTrips(t, plain[uint64](math.MaxUint64)...)
	roundTrips(t, plain[level](-8, 7)...)
	roundTrips(t, plain(0.5, -0.1, 0.1+0.2, 1e100, -1e-100, 123456789.123456789, math.Pi)...)
	roundTrips(t, plain[float32](0.1, 1e30, 1e-30, 16777216)...)
	roundTrips(t, plain[attributevalue.Number]("0", "1.5", "-7", "12345678901234567890123456789012345678")...)
	roundTrips(t, plain[json.Number]("0", "1.5", "-7")...)
	roundTrips(t, plain('x', 'é')...)
	roundTrips(t, plain(time.Minute, -time.Hour)...)
}

func TestBinaryRoundTrips(t *testing.T) {
	roundTrips(t, plain([]byte("bytes"), []byte{}, nil, make([]byte, 10_000))...)
	roundTrips(t, plain(blob("bytes"), blob{}, nil)...)
	roundTrips(t, plain([4]byte{1, 2, 3, 4}, [4]byte{})...)
	roundTrips(t, plain([0]byte{})...)
	roundTrips(t, plain(json.RawMessage(`{"a":1}`), nil)...)
	roundTrips(t, plain(net.IPv4(1, 2, 3, 4))...)
}

func TestCollectionsRoundTrip(t *testing.T) {
	roundTrips(t, plain([]string{"b", "a", "b", ""}, []string{}, nil)...)
	roundTrips(t, plain([]int{3, 1, 2, 1}, []int{}, nil)...)
	roundTrips(t, plain([3]int{3, 1, 2})...)
	roundTrips(t, plain([]*string{pointer("a"), nil})...)
	roundTrips(t, plain([][]string{{"a"}, {}, nil})...)
	roundTrips(t, plain(map[string]int{"a": 1, "b": 2}, map[string]int{}, nil)...)
	roundTrips(t, plain(map[text][]string{"a": {"x"}, "b": nil})...)
	roundTrips(t, plain(map[int]string{1: "a", -2: "b"})...)
	roundTrips(t, plain(map[bool]uint8{true: 1, false: 0})...)
	roundTrips(t, plain(map[netip.Addr]string{netip.MustParseAddr("192.0.2.1"): "a"})...)
	roundTrips(t, plain(map[string]map[string][]any{"a": {"b": {"c", 1.0, true, nil}}})...)
	roundTrips(t, plain(map[string]struct{}{"a": {}})...)
}

func TestSetsRoundTrip(t *testing.T) {
	roundTrips(t, stringSet([]string{"a", "b", "c"}, []string{""}, []string{}, nil)...)
	roundTrips(t, stringSet([]text{"a", "b"})...)
	roundTrips(t, stringSet([2]string{"a", "b"})...)
	roundTrips(t, stringSet([]*string{pointer("a"), pointer("b")})...)
	roundTrips(t, numberSet([]int{1, 2, 3}, []int{}, nil)...)
	roundTrips(t, numberSet([]float64{-1.5, 0.25, 10})...)
	roundTrips(t, numberSet([]attributevalue.Number{"1", "2.5"})...)
	roundTrips(t, plain([][]byte{{1}, {2, 3}}, [][]byte{}, nil)...)
	roundTrips(t, binarySet([]blob{{1}, {2, 3}}, nil)...)
	roundTrips(t, binarySet([][2]byte{{1, 2}, {3, 4}})...)
	t.Run("in the order of the store, not of the slice", func(t *testing.T) {
		db := newValues(t)
		m := newMapper[stringSetTag[[]string]](t, db.Client())
		require.NoError(t, m.Save(t.Context(), &stringSet([]string{"z", "a", "m"})[0]))
		got, err := m.Load(t.Context(), "x")
		require.NoError(t, err)
		for _, set := range [][]string{got.Encrypted, got.Signed, got.Untouched} {
			assert.ElementsMatch(t, []string{"z", "a", "m"}, set)
		}
	})
}

func TestTimesRoundTrip(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)
	zoned := noon.In(time.FixedZone("", 2*60*60))
	roundTrips(t, plain(noon, zoned, time.Time{})...)
	roundTrips(t, plain(&noon, nil)...)
	roundTrips(t, plain([]time.Time{noon, zoned})...)
	roundTrips(t, plain(map[string]time.Time{"a": noon})...)
	roundTrips(t, unixTime(noon, zoned, time.Time{}, time.Unix(0, 0))...)
	roundTrips(t, unixTime(&noon, nil)...)
	roundTrips(t, plain(attributevalue.UnixTime(noon), attributevalue.UnixTime{})...)
	roundTrips(t, omitEmpty(noon, time.Time{})...)
}

func TestPointersAndInterfacesRoundTrip(t *testing.T) {
	roundTrips(t, plain(pointer("a"), pointer(""), nil)...)
	roundTrips(t, plain(pointer(7), pointer(0), nil)...)
	roundTrips(t, plain(pointer(pointer(false)), pointer[*bool](nil), nil)...)
	roundTrips(t, plain(&[]string{"a"}, &[]string{}, pointer[[]string](nil), nil)...)
	roundTrips(t, plain(&map[string]*int{"a": pointer(1), "b": nil})...)
	roundTrips(t, plain(&[]byte{1}, nil)...)
	roundTrips(t, plain[any](nil, "a", 1, 1.5, true, []byte("a"), [][]byte{{1}}, []string{"a"}, pointer("a"),
		[]any{"a", nil, map[string]any{"b": []any{}}}, map[string]any{}, map[string]int{"a": 1}, city{Name: "a"})...)
}

func TestStructsRoundTrip(t *testing.T) {
	country := "FR"
	paris := city{
		Name: "Paris", Country: &country, Tags: []string{"big", "old"}, Founded: time.Unix(0, 0).UTC(),
		hidden: "not stored", Ignored: "not stored",
	}
	roundTrips(t, plain(paris, city{})...)
	roundTrips(t, plain(&paris, nil)...)
	roundTrips(t, plain([]city{paris, {}}, []city{}, nil)...)
	roundTrips(t, plain(map[string]*city{"a": &paris, "b": nil})...)
	roundTrips(t, plain(tree{1, []*tree{{2, nil}, {3, []*tree{{4, []*tree{}}}}, nil}})...)
	roundTrips(t, plain(struct{}{})...)
	roundTrips(t, plain(struct {
		A struct {
			B struct{ C []struct{ D string } }
		}
	}{})...)
}

func TestMarshalersRoundTrip(t *testing.T) {
	roundTrips(t, plain[celsius](36.6, -40)...)
	roundTrips(t, plain(pointer[celsius](36.6), nil)...)
	roundTrips(t, plain([]celsius{1, 2})...)
	roundTrips(t, plain(point{1, 2})...)
	roundTrips(t, plain(&point{1, 2}, nil)...)
	roundTrips(t, plain([]point{{1, 2}})...)
	roundTrips(t, plain(map[string]*point{"a": {1, 2}})...)
	roundTrips(t, plain(optional{true, "a"}, optional{})...)
	roundTrips(t, omitEmpty(optional{true, "a"}, optional{})...)
}

func TestOptionsRoundTrip(t *testing.T) {
	roundTrips(t, omitEmpty("", "a")...)
	roundTrips(t, omitEmpty(0, 1)...)
	roundTrips(t, omitEmpty(false, true)...)
	roundTrips(t, omitEmpty([]string{"a", ""}, []string{}, nil)...)
	roundTrips(t, omitEmpty(map[string]string{"a": "b", "c": ""}, map[string]string{}, nil)...)
	roundTrips(t, omitEmpty(pointer("a"), pointer(""), nil)...)
	roundTrips(t, omitEmpty([]byte{}, nil, []byte{1})...)
	roundTrips(t, omitEmpty[any](nil, "", 0)...)
	roundTrips(t, omitEmpty(city{}, city{Name: "a"})...)
	roundTrips(t, nullEmpty("", "a")...)
	roundTrips(t, nullEmpty(0, 1)...)
	roundTrips(t, nullEmpty([]string{"a", ""}, []string{}, nil)...)
	roundTrips(t, asString[int64](0, -7, math.MaxInt64)...)
	roundTrips(t, asString[uint8](7)...)
	roundTrips(t, asString(1.5, 0)...)
	roundTrips(t, asString[attributevalue.Number]("1.5")...)
}

type (
	// Base, Stamp and middle are embedded in one another.
	Base struct {
		Owner string `dynamodbav:"owner"`
		Stamp
	}
	Stamp struct {
		Time  int64  `dynamodbav:"time" ddbcrypt:"sign"`
		Owner string `dynamodbav:"owner"` // hidden by the one of Base
	}
	middle struct {
		Depth int `dynamodbav:"depth"`
		*Leaf
	}
	Leaf struct {
		Color string `dynamodbav:"color" ddbcrypt:"none"`
	}
	Label string
)

func TestEmbeddedFieldsRoundTrip(t *testing.T) {
	type embedding struct {
		_  struct{} `ddbcrypt:"table=values"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
		Base
		middle
		Label
		Named city `dynamodbav:"named"`
	}
	roundTrips(t,
		embedding{ID: "x"},
		embedding{
			ID: "x", Base: Base{Owner: "a", Stamp: Stamp{Time: 7}}, middle: middle{1, &Leaf{"red"}}, Label: "l",
			Named: city{Name: "n"},
		},
	)
}

func TestFieldsThatAreNeverWritten(t *testing.T) {
	type odd struct {
		_        struct{} `ddbcrypt:"table=values"`
		ID       string   `dynamodbav:"id" ddbcrypt:"partition"`
		Channel  chan int
		Function func()
		Complex  complex128
		private  string
		Kept     string
	}
	roundTrips(t, odd{ID: "x", Channel: make(chan int), Function: func() {}, private: "p", Kept: "k"})
}

// TestNumbersAreNormalized: DynamoDB keeps the value of a number and not its
// digits, and so do encrypted ones.
func TestNumbersAreNormalized(t *testing.T) {
	db := newValues(t)
	m := newMapper[plainTag[attributevalue.Number]](t, db.Client())
	for written, want := range map[attributevalue.Number]attributevalue.Number{"1.50": "1.5", "007": "7", "1e3": "1000", "-0": "0", "+5": "5"} {
		require.NoError(t, m.Save(t.Context(), &plain(written)[0]), written)
		got, err := m.Load(t.Context(), "x")
		require.NoError(t, err)
		assert.Equal(t, plain(want)[0], got)
	}
}

func TestValuesThatDynamoDBDoesNotTake(t *testing.T) {
	refused(t, "a number that is not one", attributevalue.Number("CANARY"), attributevalue.Number(""))
	refused(t, "a float that is no number", math.NaN(), math.Inf(1), math.Inf(-1))
	refused(t, "a number that is too large or small", 1e126, 1e-131, math.MaxFloat64)
	refused(t, "text that is not UTF-8", "CANARY\xFF")
	refused(t, "a map key that is not UTF-8", map[string]int{"CANARY\xFF": 1})
	refused(t, "an empty map key", map[string]string{"": "CANARY"})
	refused(t, "a map key of a strange type", map[[1]string]string{{"CANARY"}: ""})
	refused(t, "values nested too deep", nested(65))
	refused(t, "bytes of a type of its own, on which attributevalue panics", []octet("CANARY"))
}

func nested(depth int) any {
	var v any = "CANARY"
	for range depth {
		v = []any{v}
	}
	return v
}

// refused wants an ErrConfig that names the attribute and does not quote, and no
// request.
func refused[V any](t *testing.T, name string, values ...V) {
	t.Run(name, func(t *testing.T) {
		for _, v := range values {
			client := &recorder{DynamoDB: silent}
			err := newMapper[plainTag[V]](t, client).Save(t.Context(), &plain(v)[0])
			requireClass(t, err, "Save", crypto.ErrConfig)
			assert.ErrorContains(t, err, `"encrypted"`)
			assert.NotContains(t, err.Error(), "CANARY")
			assert.NotContains(t, err.Error(), "NaN")
			assert.NotContains(t, err.Error(), "Inf")
			assert.Zero(t, client.requests())
		}
	})
}
