package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

// handler is the Lambda function.
type handler struct {
	db  *client.Client
	out io.Writer
}

// handle reports the first record that it cannot process: Lambda then delivers that
// one and all that follow again (ReportBatchItemFailures). A record that does not
// verify never will: limit the attempts of the event source, and give it a destination
// for failures, or the shard stands still until the record is too old.
func (h *handler) handle(ctx context.Context, event events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	for _, record := range event.Records {
		if err := h.process(ctx, record); err != nil {
			fmt.Fprintf(h.out, "   %s %s: %v\n", record.Change.SequenceNumber, record.EventName, err)
			return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: record.Change.SequenceNumber}}}, nil
		}
	}
	return events.DynamoDBEventResponse{}, nil
}

func (h *handler) process(ctx context.Context, record events.DynamoDBEventRecord) error {
	before, err := client.DecryptStreamImage(ctx, h.db, record.EventSourceArn, record.Change.OldImage)
	if err != nil {
		return fmt.Errorf("old image: %w", err)
	}
	after, err := client.DecryptStreamImage(ctx, h.db, record.EventSourceArn, record.Change.NewImage)
	if err != nil {
		return fmt.Errorf("new image: %w", err)
	}
	change, err := describe(before, after)
	if err != nil {
		return err
	}
	fmt.Fprintf(h.out, "   %s %s: %s\n", record.Change.SequenceNumber, record.EventName, change)
	return nil
}

// describe tells what changed.
func describe(before, after client.DecryptedImage) (string, error) {
	if before.Item == nil && after.Item == nil {
		return "no image, the stream has only keys", nil
	}
	from, err := email(before)
	if err != nil {
		return "", err
	}
	to, err := email(after)
	return from + " -> " + to, err
}

func email(image client.DecryptedImage) (string, error) {
	if image.Item == nil {
		return "nobody", nil
	}
	var user User
	err := attributevalue.UnmarshalMap(image.Item, &user)
	return user.Email, err
}

// invoke does what Lambda does.
func invoke(ctx context.Context, h *handler, payload []byte) ([]byte, error) {
	var event events.DynamoDBEvent
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	response, err := h.handle(ctx, event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(response)
}

// lambdaEvent is what Lambda delivers: a user is created, changed, changed without an
// image and removed; then somebody who can write to the table changes the plan of
// another one.
func lambdaEvent(before, after crypto.Item) ([]byte, error) {
	type change struct {
		SequenceNumber     string
		StreamViewType     events.DynamoDBStreamViewType
		Keys               json.RawMessage
		NewImage, OldImage json.RawMessage `json:",omitempty"`
	}
	type record struct {
		EventName      events.DynamoDBOperationType `json:"eventName"`
		EventSource    string                       `json:"eventSource"`
		EventSourceARN string                       `json:"eventSourceARN"`
		Change         change                       `json:"dynamodb"`
	}
	tampered := maps.Clone(after)
	tampered["plan"] = &types.AttributeValueMemberS{Value: "enterprise"}

	var event struct{ Records []record }
	for i, r := range []struct {
		name     events.DynamoDBOperationType
		old, new crypto.Item
		view     events.DynamoDBStreamViewType
	}{
		{events.DynamoDBOperationTypeInsert, nil, before, events.DynamoDBStreamViewTypeNewAndOldImages},
		{events.DynamoDBOperationTypeModify, before, after, events.DynamoDBStreamViewTypeNewAndOldImages},
		{events.DynamoDBOperationTypeModify, nil, nil, events.DynamoDBStreamViewTypeKeysOnly},
		{events.DynamoDBOperationTypeRemove, after, nil, events.DynamoDBStreamViewTypeNewAndOldImages},
		{events.DynamoDBOperationTypeModify, after, tampered, events.DynamoDBStreamViewTypeNewAndOldImages},
	} {
		c := change{SequenceNumber: fmt.Sprint(i + 1), StreamViewType: r.view}
		for _, image := range []struct {
			text *json.RawMessage
			item crypto.Item
		}{{&c.Keys, crypto.Item{"id": after["id"]}}, {&c.OldImage, r.old}, {&c.NewImage, r.new}} {
			if image.item == nil {
				continue
			}
			text, err := ddbjson.Marshal(image.item)
			if err != nil {
				return nil, err
			}
			*image.text = text
		}
		event.Records = append(event.Records, record{r.name, "aws:dynamodb", streamARN, c})
	}
	return json.Marshal(event)
}
