package mapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// canary is in every value of these tests, and so must be in no error.
const canary = "CANARY"

// requireNoCanary looks at an error and everything that it wraps.
func requireNoCanary(t testing.TB, err error) {
	t.Helper()
	require.Error(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, err), canary)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			requireNoCanary(t, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			requireNoCanary(t, inner)
		}
	}
}

// leaky is a type whose marshalers quote or throw the value.
type leaky string

func (l leaky) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	switch l {
	case "panic":
		panic(canary)
	case "error":
		return nil, fmt.Errorf("cannot marshal %s %q", canary, string(l))
	}
	return str(string(l)), nil
}

func (l *leaky) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("cannot unmarshal %v %s", v, canary)
	}
	if s.Value == "panics when read" {
		panic(canary)
	}
	return fmt.Errorf("cannot unmarshal %s %s", s.Value, canary)
}

// leakyText is a map key that quotes itself.
type leakyText string

func (l leakyText) MarshalText() ([]byte, error) {
	return nil, fmt.Errorf("cannot marshal %s", string(l))
}
func (l *leakyText) UnmarshalText(b []byte) error { return fmt.Errorf("cannot unmarshal %s", b) }

// leakyPointer marshals itself through a pointer receiver.
type leakyPointer struct{ text string }

func (l *leakyPointer) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return nil, errors.New(canary + l.text)
}

func TestValuesThatDoNotEncode(t *testing.T) {
	doesNotEncode(t, leaky("error"), leaky("panic"))
	doesNotEncode(t, leakyPointer{canary})
	doesNotEncode(t, []leaky{"error"}, []leaky{"panic"})
	doesNotEncode(t, map[string]*leaky{canary: pointer(leaky("error"))})
	doesNotEncode(t, map[leakyText]string{canary: canary})
	doesNotEncode(t, struct{ Deep any }{map[string]any{canary: []any{leaky("error")}}})
	doesNotEncode(t, map[[1]string]string{{canary}: canary})
}

func doesNotEncode[V any](t *testing.T, values ...V) {
	for _, value := range values {
		t.Run(fmt.Sprintf("%T", value), func(t *testing.T) {
			type item struct {
				_     struct{} `ddbcrypt:"table=items"`
				ID    string   `ddbcrypt:"partition"`
				Other map[string]string
				Value V `dynamodbav:"value"`
				Zero  *int
			}
			client := &recorder{DynamoDB: silent}
			err := newMapper[item](t, client).Save(t.Context(), &item{ID: canary, Value: value})
			requireClass(t, err, "Save", crypto.ErrConfig)
			requireNoCanary(t, err)
			assert.ErrorContains(t, err, `"value"`)
			assert.ErrorContains(t, err, "field Value")
			assert.Zero(t, client.requests())
		})
	}
}

func TestKeysThatDoNotEncode(t *testing.T) {
	for _, key := range []leaky{"error", "panic"} {
		m := newMapper[keyed[leaky]](t, silent)
		_, err := m.Load(t.Context(), string(key))
		for op, err := range map[string]error{
			"Load":   err,
			"Save":   m.Save(t.Context(), &keyed[leaky]{Key: key, Value: canary}),
			"Delete": m.Delete(t.Context(), &keyed[leaky]{Key: key, Value: canary}),
		} {
			requireClass(t, err, op, crypto.ErrConfig)
			requireNoCanary(t, err)
			assert.ErrorContains(t, err, `"key"`)
		}
	}
}

func TestStoredValuesThatDoNotDecode(t *testing.T) {
	doesNotDecode[int](t, canary, 1.5, 1e30, true, []string{canary}, []byte(canary))
	doesNotDecode[int8](t, 128, -129)
	doesNotDecode[uint](t, -1, canary)
	doesNotDecode[float32](t, 1e100, canary)
	doesNotDecode[bool](t, canary, 1)
	doesNotDecode[string](t, true, []string{canary}, []byte(canary), map[string]string{canary: canary})
	doesNotDecode[[]byte](t, canary, 1)
	doesNotDecode[[4]byte](t, []byte{1, 2, 3}, []byte(canary), canary)
	doesNotDecode[[]int](t, []string{canary}, canary, map[string]int{canary: 1})
	doesNotDecode[map[string]int](t, map[string]string{"a": canary}, []string{canary}, canary)
	doesNotDecode[map[int]string](t, map[string]string{canary: canary})
	doesNotDecode[map[leakyText]string](t, map[string]string{canary: canary})
	doesNotDecode[map[[1]string]string](t, map[string]string{canary: canary})
	doesNotDecode[city](t, canary, map[string]any{"Founded": canary}, []any{canary})
	doesNotDecode[time.Time](t, canary, 1.5, true)
	doesNotDecode[fmt.Stringer](t, canary, 1, true, []byte(canary), []any{canary}, map[string]any{canary: canary})
	doesNotDecode[types.AttributeValue](t, canary, map[string]any{canary: canary})
	doesNotDecode[leaky](t, canary, "panics when read", 7, nil)
	doesNotDecode[[]*leaky](t, []string{canary})
}

// doesNotDecode saves each value and loads it as a V, once encrypted and once as
// an attribute that anybody can change.
func doesNotDecode[V any](t *testing.T, values ...any) {
	for _, value := range values {
		t.Run(fmt.Sprintf("%T as %T", value, new(V)), func(t *testing.T) {
			type clear[F any] struct {
				_     struct{} `ddbcrypt:"table=values"`
				ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
				Value F        `dynamodbav:"value" ddbcrypt:"none"`
			}
			type sealed[F any] struct {
				_     struct{} `ddbcrypt:"table=values"`
				ID    string   `dynamodbav:"id" ddbcrypt:"partition"`
				Value F        `dynamodbav:"value"`
			}
			db := newValues(t)
			require.NoError(t, newMapper[clear[any]](t, db.Client()).Save(t.Context(), &clear[any]{ID: "x", Value: value}))
			gotClear, err := newMapper[clear[V]](t, db.Client()).Load(t.Context(), "x")
			requireUndecodable(t, err)
			assert.Zero(t, gotClear)

			require.NoError(t, newMapper[sealed[any]](t, db.Client()).Save(t.Context(), &sealed[any]{ID: "x", Value: value}))
			gotSealed, err := newMapper[sealed[V]](t, db.Client()).Load(t.Context(), "x")
			requireUndecodable(t, err)
			assert.Zero(t, gotSealed)
		})
	}
}

func requireUndecodable(t testing.TB, err error) {
	t.Helper()
	requireClass(t, err, "Load", crypto.ErrConfig)
	requireNoCanary(t, err)
	assert.ErrorContains(t, err, `attribute "value"`)
	assert.ErrorContains(t, err, "field Value")
}

// canned answers every request with one response.
type canned struct {
	status int
	body   string
}

func (c canned) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Request: r, Body: io.NopCloser(bytes.NewBufferString(c.body)),
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
	}, nil
}

func TestErrorsOfTheSDKAreFound(t *testing.T) {
	db, _ := newUsers(t)
	through := func(transport dynamodb.HTTPClient) *mapper.Mapper[user] {
		return newMapper[user](t, db.Client(throughTransport(transport)))
	}
	exception := func(name string) canned {
		return canned{400, `{"__type":"com.amazonaws.dynamodb.v20120810#` + name + `","message":"slow down"}`}
	}
	tests := map[string]struct {
		transport dynamodb.HTTPClient
		check     func(error) bool
	}{
		"throttling": {exception("ProvisionedThroughputExceededException"), func(err error) bool {
			return errors.As(err, new(*types.ProvisionedThroughputExceededException))
		}},
		"a missing table": {exception("ResourceNotFoundException"), func(err error) bool {
			return errors.As(err, new(*types.ResourceNotFoundException))
		}},
		"an exception of the future": {exception("BrandNewException"), func(err error) bool {
			var api smithy.APIError
			return errors.As(err, &api) && api.ErrorCode() == "BrandNewException"
		}},
		"a failure without a body": {canned{500, ""}, func(err error) bool {
			var response *smithyhttp.ResponseError
			return errors.As(err, &response) && response.HTTPStatusCode() == 500
		}},
		"an answer that is no JSON": {canned{200, "<html>"}, func(err error) bool {
			return errors.As(err, new(*smithy.DeserializationError))
		}},
		"a broken connection": {broken{io.ErrUnexpectedEOF}, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			users := through(test.transport)
			u := user{ID: canary, Email: canary, Plan: canary, Version: 3}
			_, loaded := users.Load(t.Context(), canary, 1)
			for op, err := range map[string]error{
				"Load": loaded, "Save": users.Save(t.Context(), &u), "Delete": users.Delete(t.Context(), &u),
			} {
				if name == "an answer that is no JSON" && op != "Load" {
					continue // a client that asks for nothing back reads nothing
				}
				var e *mapper.Error
				require.ErrorAs(t, err, &e, op)
				assert.Equal(t, op, e.Op)
				assert.Equal(t, "users", e.Table)
				assert.ErrorContains(t, err, `"users"`)
				assert.True(t, test.check(err), "%s: %v", op, err)
				assert.NotErrorIs(t, err, mapper.ErrVersionConflict)
				assert.NotErrorIs(t, err, mapper.ErrNotFound)
				requireNoCanary(t, err)
				assert.Equal(t, user{ID: canary, Email: canary, Plan: canary, Version: 3}, u)
			}
		})
	}
}

func TestNoErrorHoldsAValue(t *testing.T) {
	db, users := newUsers(t)
	u := user{ID: canary, Created: 1, Email: canary, Plan: canary}
	require.NoError(t, users.Save(t.Context(), &u))
	good := theItem(t, db, "users")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	loading := func(item crypto.Item) error {
		_, err := newMapper[user](t, answering{item: item}).Load(t.Context(), canary, 1)
		return err
	}
	second := func(_ any, err error) error { return err }
	fresh := user{ID: canary, Created: 1, Email: canary}
	stranger := must(mapper.New[user](db.Client(), newEncryptor(9)))
	for name, err := range map[string]error{
		"a conflict":             users.Save(t.Context(), &fresh),
		"a conflict of Delete":   users.Delete(t.Context(), &fresh),
		"a missing item":         second(users.Load(t.Context(), canary, 2)),
		"a cancelled Save":       users.Save(cancelled, &u),
		"a cancelled Load":       second(users.Load(cancelled, canary, 1)),
		"a cancelled Delete":     users.Delete(cancelled, &u),
		"a missing table":        newMapper[user](t, db.Client(), mapper.WithTable("elsewhere")).Save(t.Context(), &u),
		"another key":            second(stranger.Load(t.Context(), canary, 1)),
		"a changed value":        loading(with(good, "plan", str(canary+canary))),
		"a changed ciphertext":   loading(with(good, "email", str(canary))),
		"no signature":           loading(with(good, crypto.DefaultSignatureAttribute, nil)),
		"a bad description":      loading(with(good, crypto.DefaultDescriptionAttribute, bin([]byte(canary)...))),
		"a bad signature":        loading(with(good, crypto.DefaultSignatureAttribute, bin([]byte(canary)...))),
		"an unsigned fault":      loading(with(good, "views", str(canary))),
		"a key of wrong type":    second(users.Load(t.Context(), []byte(canary), canary)),
		"a value too many":       second(users.Load(t.Context(), canary, 1, canary)),
		"a partial update":       users.Update(t.Context(), canary),
		"a version out of range": users.Save(t.Context(), &user{ID: canary, Email: canary, Version: -1}),
	} {
		t.Run(name, func(t *testing.T) { requireNoCanary(t, err) })
	}
}

func TestErrorsOfAnotherMapperAreCauses(t *testing.T) {
	inner := &mapper.Error{Op: "Load", Type: "key", Table: "keys", Err: mapper.ErrNotFound}
	u := alice()
	err := must(mapper.New[user](silent, crypto.NewEncryptor(keyless{inner}))).Save(t.Context(), &u)
	requireClass(t, err, "Save", crypto.ErrKeyUnavailable)
	assert.ErrorContains(t, err, `"users"`)
	assert.ErrorContains(t, err, `"keys"`)
}
