// Package attributevalue is a stub of the SDK's.
package attributevalue

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type EncoderOptions struct{}

func Marshal(any) (types.AttributeValue, error) { return nil, nil }

func MarshalMap(any) (map[string]types.AttributeValue, error) { return nil, nil }

func MarshalMapWithOptions(any, ...func(*EncoderOptions)) (map[string]types.AttributeValue, error) {
	return nil, nil
}

type Encoder struct{}

func NewEncoder() *Encoder { return nil }

func (*Encoder) Encode(any) (types.AttributeValue, error) { return nil, nil }

type UnixTime time.Time

func (UnixTime) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

type Number string

func (Number) Float64() (float64, error) { return 0, nil }
func (Number) Int64() (int64, error)     { return 0, nil }
func (Number) String() string            { return "" }
