package generated_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

var shapes = []reflect.Type{
	reflect.TypeFor[scalars](), reflect.TypeFor[flags](), reflect.TypeFor[containers](), reflect.TypeFor[nests](),
	reflect.TypeFor[embeds](), reflect.TypeFor[leftovers](), reflect.TypeFor[carries](),
}

func TestGeneratedCodeDoesWhatAttributevalueDoes(t *testing.T) {
	for _, shape := range shapes {
		t.Run(shape.Name(), func(t *testing.T) {
			direct := 0
			for seed := range uint64(3000) {
				if differs := differential(newSource(seed), shape, &direct); differs != "" {
					t.Fatalf("seed %d: %s", seed, differs)
				}
			}
			assert.Greater(t, direct, 1000, "too many were left to attributevalue")
		})
	}
}

func FuzzDifferential(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, shape uint8) {
		direct := 0
		if differs := differential(newSource(seed), shapes[int(shape)%len(shapes)], &direct); differs != "" {
			t.Fatal(differs)
		}
	})
}

// differential encodes a struct, changes the item, and decodes it, in both ways. It
// says what differs.
func differential(s source, shape reflect.Type, direct *int) string {
	value := reflect.New(shape)
	s.fill(value.Elem(), 0)
	record := generated.Lookup(shape)
	model, err := record.Model()
	if err != nil {
		return err.Error()
	}
	want, wantErr := marshal(value.Interface())
	for _, serialize := range []bool{false, true} {
		got, ok := record.Encode(value.Interface(), serialize, marshal)
		if !ok {
			continue
		}
		*direct++
		if wantErr != nil {
			return fmt.Sprintf("attributevalue refuses to encode it: %v", wantErr)
		}
		if diff := differenceOf(want, got); diff != "" {
			return fmt.Sprintf("encoded, serialized %t: %s", serialize, diff)
		}
	}
	if wantErr != nil {
		return ""
	}
	s.change(want, 0)
	for name := range want {
		if !model.Has(name) {
			delete(want, name)
		}
	}
	if differs := decodeBoth(record, want, want, shape); differs != "" {
		return differs
	}
	serialized, plain := crypto.Item{}, crypto.Item{}
	for name, v := range want {
		serialized[name], plain[name] = v, v
		data, err := tlv.Append(nil, v, tlv.UTF8Order)
		if err != nil {
			continue
		}
		if plain[name], err = tlv.Decode(data, string(data)); err != nil {
			return err.Error()
		}
		serialized[name] = &tlv.Serialized{Text: string(data)}
	}
	if differs := decodeBoth(record, serialized, plain, shape); differs != "" {
		return "serialized: " + differs
	}
	return ""
}

// decodeBoth decodes an item by generated code, and the plain form of it by
// attributevalue.
func decodeBoth(record *generated.Record, item, plain crypto.Item, shape reflect.Type) string {
	want, got := reflect.New(shape), reflect.New(shape)
	wantErr := unmarshal(plain, want.Interface())
	rest := record.Decode(item, got.Interface())
	gotErr := unmarshal(rest, got.Interface())
	if (wantErr == nil) != (gotErr == nil) {
		return fmt.Sprintf("decoded %v: %v, but attributevalue: %v", plain, gotErr, wantErr)
	}
	if wantErr == nil && !reflect.DeepEqual(want.Interface(), got.Interface()) {
		return fmt.Sprintf("decoded %#v, but attributevalue %#v", got.Elem().Interface(), want.Elem().Interface())
	}
	return ""
}

func marshal(value any) (item crypto.Item, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("panic: %v", thrown)
		}
	}()
	return attributevalue.MarshalMap(value)
}

func unmarshal(item crypto.Item, value any) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("panic: %v", thrown)
		}
	}()
	return attributevalue.UnmarshalMapWithOptions(item, value, func(o *attributevalue.DecoderOptions) { o.FixUnmarshalIndividualSetValues = true })
}

func differenceOf(want, got crypto.Item) string {
	for name, v := range want {
		if s, ok := got[name].(*tlv.Serialized); ok {
			data, err := tlv.Append(nil, v, tlv.UTF8Order)
			if err != nil || string(data) != s.Text {
				return fmt.Sprintf("attribute %s is %q, not %q, %v", name, s.Text, data, err)
			}
			if size := itemsize.OfValue(s); size != itemsize.OfValue(v) {
				return fmt.Sprintf("attribute %s has size %d, not %d", name, size, itemsize.OfValue(v))
			}
			continue
		}
		if !reflect.DeepEqual(v, got[name]) {
			return fmt.Sprintf("attribute %s is %v, not %v", name, text(got[name]), text(v))
		}
	}
	for name := range got {
		if want[name] == nil {
			return fmt.Sprintf("attribute %s is %v, and should not be there", name, text(got[name]))
		}
	}
	return ""
}

func text(v types.AttributeValue) string { return fmt.Sprintf("%T %+v", v, v) }

// Other clients may write numbers in another form.
func TestSerializedNumbersNeedNotBeInNormalForm(t *testing.T) {
	var got scalars
	rest := generated.Lookup(reflect.TypeFor[scalars]()).Decode(crypto.Item{
		"I":  &tlv.Serialized{Text: "\x00n\x00\x00\x00\x041E+2"},
		"U8": &tlv.Serialized{Text: "\x00n\x00\x00\x00\x037.0"},
		"w":  &tlv.Serialized{Text: "\x00n\x00\x00\x00\x041.50"},
	}, &got)
	assert.Empty(t, rest)
	assert.Equal(t, scalars{I: 100, U8: 7, W: "1.5"}, got)
}

func TestAStatedModelIsTheOneThatIsRead(t *testing.T) {
	for _, shape := range shapes {
		t.Run(shape.Name(), func(t *testing.T) {
			read, err := tags.Of(shape)
			require.NoError(t, err)
			stated, err := generated.Lookup(shape).Model()
			require.NoError(t, err)
			assert.Equal(t, read.Fingerprint(), stated.Fingerprint())
			assert.Equal(t, read.Actions(), stated.Actions())
			assert.Equal(t, read.Indexes(), stated.Indexes())
			for i, a := range stated.Attributes() {
				assert.Equal(t, read.Attributes()[i].Type, a.Type)
			}
		})
	}
}
