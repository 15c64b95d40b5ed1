package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// controlPlane are the operations that neither read nor write items of a table. They
// are passed on as they are.
var controlPlane = map[string]bool{
	"CancelBulkOperation":                 true,
	"CreateBackup":                        true,
	"CreateGlobalTable":                   true,
	"CreateTable":                         true,
	"DeleteBackup":                        true,
	"DeleteResourcePolicy":                true,
	"DeleteTable":                         true,
	"DescribeBackup":                      true,
	"DescribeBulkOperation":               true,
	"DescribeContinuousBackups":           true,
	"DescribeContributorInsights":         true,
	"DescribeEndpoints":                   true,
	"DescribeExport":                      true,
	"DescribeGlobalTable":                 true,
	"DescribeGlobalTableSettings":         true,
	"DescribeImport":                      true,
	"DescribeKinesisStreamingDestination": true,
	"DescribeLimits":                      true,
	"DescribeTable":                       true,
	"DescribeTableReplicaAutoScaling":     true,
	"DescribeTimeToLive":                  true,
	"DisableKinesisStreamingDestination":  true,
	"EnableKinesisStreamingDestination":   true,
	"GetResourcePolicy":                   true,
	"ListBackups":                         true,
	"ListBulkOperations":                  true,
	"ListContributorInsights":             true,
	"ListExports":                         true,
	"ListGlobalTables":                    true,
	"ListImports":                         true,
	"ListTables":                          true,
	"ListTagsOfResource":                  true,
	"PutResourcePolicy":                   true,
	"RestoreTableFromBackup":              true,
	"RestoreTableToPointInTime":           true,
	"TagResource":                         true,
	"UntagResource":                       true,
	"UpdateContinuousBackups":             true,
	"UpdateContributorInsights":           true,
	"UpdateGlobalTable":                   true,
	"UpdateGlobalTableSettings":           true,
	"UpdateKinesisStreamingDestination":   true,
	"UpdateTable":                         true,
	"UpdateTableReplicaAutoScaling":       true,
}

// control passes a request on, and forgets what is known of a table that it
// changes.
func (c *core) control(ctx context.Context, _ string, in any, send sender) (any, error) {
	var changed *string
	switch in := in.(type) {
	case *dynamodb.CreateTableInput:
		if in != nil {
			changed = in.TableName
		}
	case *dynamodb.UpdateTableInput:
		if in != nil {
			changed = in.TableName
		}
	case *dynamodb.DeleteTableInput:
		if in != nil {
			changed = in.TableName
		}
	}
	out, err := send(ctx, in)
	if changed != nil {
		if name, err := c.tables.normalize("", "", aws.ToString(changed)); err == nil {
			c.tables.discoverer.forget(name, 0)
		}
	}
	return out, err
}
