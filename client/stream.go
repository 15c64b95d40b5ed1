package client

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// StreamImage is an image of a stream record: NewImage or OldImage of
// dynamodbstreams' StreamRecord or of Lambda's DynamoDBStreamRecord.
type StreamImage interface {
	map[string]streams.AttributeValue | map[string]events.DynamoDBAttributeValue
}

// DecryptedImage is an item as [DecryptStreamImage] and [DecryptItem] return it.
type DecryptedImage struct {
	// Item is the decrypted item, in the types of service/dynamodb, as
	// attributevalue.UnmarshalMap takes it; nil if there was none, as in a record without such an image.
	Item crypto.Item
	// Unprotected says that the item was plaintext, which only a
	// [PlaintextPolicy] lets through, or that its table is not protected.
	Unprotected bool
}

// DecryptStreamImage verifies and decrypts an image of a stream record. The table is
// given by its name, its ARN, or the ARN of its stream (EventSourceArn). The stream
// has to have whole images: NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES.
//
//	image, err := client.DecryptStreamImage(ctx, db, record.EventSourceArn, record.Change.NewImage)
//
// It fails with an [*ItemError], or with a [*RefusedError] for a table that c does
// not know. An image is older than the table: it is no proof of what is stored now.
func DecryptStreamImage[Image StreamImage](ctx context.Context, c *Client, table string, image Image) (DecryptedImage, error) {
	const op = "DecryptStreamImage"
	if i := strings.LastIndex(table, "/stream/"); i >= 0 && strings.HasPrefix(table, "arn:") {
		table = table[:i]
	}
	t, err := c.core.imageTable(ctx, op, table)
	if err != nil {
		return DecryptedImage{}, err
	}
	var item crypto.Item
	switch image := any(image).(type) {
	case map[string]streams.AttributeValue:
		item, err = convertMembers(image, 0, convertStream)
	case map[string]events.DynamoDBAttributeValue:
		item, err = convertMembers(image, 0, convertLambda)
	}
	if err != nil {
		return DecryptedImage{}, &RefusedError{Op: op, Parameter: "image", Reason: err.Error(), Advice: "pass the image as the stream delivers it", err: err}
	}
	return c.core.openImage(ctx, op, t, "the image", item)
}

// DecryptItem verifies and decrypts an item of a table that was read elsewhere, such
// as a line of an export to S3, or an answer of a client without encryption. The table
// is given by its name or its ARN.
//
// It fails as [DecryptStreamImage] does, and proves no more: a valid item may be older
// than the stored one, or another one than was asked for.
func DecryptItem(ctx context.Context, c *Client, table string, item crypto.Item) (DecryptedImage, error) {
	const op = "DecryptItem"
	t, err := c.core.imageTable(ctx, op, table)
	if err != nil {
		return DecryptedImage{}, err
	}
	return c.core.openImage(ctx, op, t, "the item", item)
}

func (c *core) imageTable(ctx context.Context, op, nameOrARN string) (*table, error) {
	if err := c.ready(ctx, op); err != nil {
		return nil, err
	}
	return c.tables.get(ctx, op, "table", nameOrARN)
}

// openImage opens an item that was read elsewhere; t is nil if it is not to be touched.
func (c *core) openImage(ctx context.Context, op string, t *table, parameter string, item crypto.Item) (DecryptedImage, error) {
	if t == nil || item == nil {
		return DecryptedImage{Item: maps.Clone(item), Unprotected: item != nil}, nil
	}
	var (
		result DecryptedImage
		r      report
	)
	err := c.openOne(ctx, &r, &opening{op: op, table: t, parameter: parameter, item: item, to: &result.Item})
	result.Unprotected = len(r.unprotected) > 0
	return result, err
}

// maxImageDepth is how deeply DynamoDB nests values.
const maxImageDepth = 32

func convertMembers[V any](members map[string]V, depth int, convert func(V, int) (types.AttributeValue, error)) (crypto.Item, error) {
	if members == nil {
		return nil, nil
	}
	converted := make(crypto.Item, len(members))
	for name, v := range members {
		var err error
		if converted[name], err = convert(v, depth+1); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

func convertElements[V any](elements []V, depth int, convert func(V, int) (types.AttributeValue, error)) ([]types.AttributeValue, error) {
	converted := make([]types.AttributeValue, len(elements))
	for i, v := range elements {
		var err error
		if converted[i], err = convert(v, depth+1); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

var (
	errDepth = fmt.Errorf("the image is nested more than %d levels deep: %w", maxImageDepth, crypto.ErrConfig)
	errValue = fmt.Errorf("the image has a value without a type: %w", crypto.ErrConfig)
)

func convertStream(v streams.AttributeValue, depth int) (types.AttributeValue, error) {
	if depth > maxImageDepth {
		return nil, errDepth
	}
	if isNil(v) {
		return nil, errValue
	}
	switch v := v.(type) {
	case *streams.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value}, nil
	case *streams.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: v.Value}, nil
	case *streams.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: v.Value}, nil
	case *streams.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: v.Value}, nil
	case *streams.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: v.Value}, nil
	case *streams.AttributeValueMemberBS:
		return &types.AttributeValueMemberBS{Value: v.Value}, nil
	case *streams.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}, nil
	case *streams.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: v.Value}, nil
	case *streams.AttributeValueMemberL:
		elements, err := convertElements(v.Value, depth, convertStream)
		return &types.AttributeValueMemberL{Value: elements}, err
	case *streams.AttributeValueMemberM:
		members, err := convertMembers(v.Value, depth, convertStream)
		return &types.AttributeValueMemberM{Value: members}, err
	}
	return nil, errValue
}

func convertLambda(v events.DynamoDBAttributeValue, depth int) (types.AttributeValue, error) {
	if depth > maxImageDepth {
		return nil, errDepth
	}
	if v.DataType() == events.DataTypeNull {
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	if v.IsNull() {
		return nil, errValue // its methods would panic
	}
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}, nil
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}, nil
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}, nil
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}, nil
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}, nil
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}, nil
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}, nil
	case events.DataTypeList:
		elements, err := convertElements(v.List(), depth, convertLambda)
		return &types.AttributeValueMemberL{Value: elements}, err
	case events.DataTypeMap:
		members, err := convertMembers(v.Map(), depth, convertLambda)
		return &types.AttributeValueMemberM{Value: members}, err
	}
	return nil, errValue
}
