package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// getRecordsAPI is what readStream needs of *dynamodbstreams.Client.
type getRecordsAPI interface {
	GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error)
}

var _ getRecordsAPI = (*dynamodbstreams.Client)(nil)

// readStream reads a shard to its end. Who goes on behind a record that does not
// verify decides that it can be left out.
func readStream(ctx context.Context, out io.Writer, db *client.Client, api getRecordsAPI) error {
	for iterator := aws.String("iterator"); iterator != nil; {
		page, err := api.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			if err := printRecord(ctx, out, db, record); err != nil {
				return err
			}
		}
		iterator = page.NextShardIterator
	}
	return nil
}

func printRecord(ctx context.Context, out io.Writer, db *client.Client, record streams.Record) error {
	change := record.Dynamodb
	before, oldErr := client.DecryptStreamImage(ctx, db, table, change.OldImage)
	after, newErr := client.DecryptStreamImage(ctx, db, table, change.NewImage)
	if err := errors.Join(oldErr, newErr); errors.Is(err, crypto.ErrSignature) {
		fmt.Fprintf(out, "   %s %s: left out: %v\n", *change.SequenceNumber, record.EventName, err)
		return nil
	} else if err != nil {
		return err // such as keys that are not available now
	}
	text, err := describe(before, after)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   %s %s: %s\n", *change.SequenceNumber, record.EventName, text)
	return nil
}

// stream stands for the client of DynamoDB Streams.
type stream struct{ before, after crypto.Item }

// GetRecords returns all records.
func (s *stream) GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	tampered := maps.Clone(s.after)
	tampered["plan"] = &types.AttributeValueMemberS{Value: "enterprise"}
	out := &dynamodbstreams.GetRecordsOutput{}
	for i, r := range []struct {
		name     streams.OperationType
		old, new crypto.Item
	}{
		{streams.OperationTypeInsert, nil, s.before},
		{streams.OperationTypeModify, s.after, tampered},
		{streams.OperationTypeModify, nil, nil},
		{streams.OperationTypeRemove, s.after, nil},
	} {
		out.Records = append(out.Records, streams.Record{EventName: r.name, Dynamodb: &streams.StreamRecord{
			SequenceNumber: aws.String(fmt.Sprint(i + 1)), OldImage: image(r.old), NewImage: image(r.new)}})
	}
	return out, nil
}

// image returns an item of strings and binaries in the types of DynamoDB Streams.
func image(item crypto.Item) map[string]streams.AttributeValue {
	if item == nil {
		return nil
	}
	converted := map[string]streams.AttributeValue{}
	for name, v := range item {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			converted[name] = &streams.AttributeValueMemberS{Value: v.Value}
		case *types.AttributeValueMemberB:
			converted[name] = &streams.AttributeValueMemberB{Value: v.Value}
		}
	}
	return converted
}
