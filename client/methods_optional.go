package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// The methods of *dynamodb.Client that a wrapped client may lack. What each operation does to
// protected tables is in docs/operations.md.

// BatchExecuteStatement calls the operation of that name, if the wrapped client has it.
func (c *Client) BatchExecuteStatement(ctx context.Context, in *dynamodb.BatchExecuteStatementInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchExecuteStatementOutput, error) {
	type api interface {
		BatchExecuteStatement(context.Context, *dynamodb.BatchExecuteStatementInput, ...func(*dynamodb.Options)) (*dynamodb.BatchExecuteStatementOutput, error)
	}
	return pass(ctx, c, "BatchExecuteStatement", in, options, func(a api) method[dynamodb.BatchExecuteStatementInput, dynamodb.BatchExecuteStatementOutput] {
		return a.BatchExecuteStatement
	})
}

// CancelBulkOperation calls the operation of that name, if the wrapped client has it.
func (c *Client) CancelBulkOperation(ctx context.Context, in *dynamodb.CancelBulkOperationInput, options ...func(*dynamodb.Options)) (*dynamodb.CancelBulkOperationOutput, error) {
	type api interface {
		CancelBulkOperation(context.Context, *dynamodb.CancelBulkOperationInput, ...func(*dynamodb.Options)) (*dynamodb.CancelBulkOperationOutput, error)
	}
	return pass(ctx, c, "CancelBulkOperation", in, options, func(a api) method[dynamodb.CancelBulkOperationInput, dynamodb.CancelBulkOperationOutput] {
		return a.CancelBulkOperation
	})
}

// CreateBackup calls the operation of that name, if the wrapped client has it.
func (c *Client) CreateBackup(ctx context.Context, in *dynamodb.CreateBackupInput, options ...func(*dynamodb.Options)) (*dynamodb.CreateBackupOutput, error) {
	type api interface {
		CreateBackup(context.Context, *dynamodb.CreateBackupInput, ...func(*dynamodb.Options)) (*dynamodb.CreateBackupOutput, error)
	}
	return pass(ctx, c, "CreateBackup", in, options, func(a api) method[dynamodb.CreateBackupInput, dynamodb.CreateBackupOutput] { return a.CreateBackup })
}

// CreateGlobalTable calls the operation of that name, if the wrapped client has it.
func (c *Client) CreateGlobalTable(ctx context.Context, in *dynamodb.CreateGlobalTableInput, options ...func(*dynamodb.Options)) (*dynamodb.CreateGlobalTableOutput, error) {
	type api interface {
		CreateGlobalTable(context.Context, *dynamodb.CreateGlobalTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateGlobalTableOutput, error)
	}
	return pass(ctx, c, "CreateGlobalTable", in, options, func(a api) method[dynamodb.CreateGlobalTableInput, dynamodb.CreateGlobalTableOutput] {
		return a.CreateGlobalTable
	})
}

// CreateTable calls the operation of that name, if the wrapped client has it.
func (c *Client) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, options ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	type api interface {
		CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	}
	return pass(ctx, c, "CreateTable", in, options, func(a api) method[dynamodb.CreateTableInput, dynamodb.CreateTableOutput] { return a.CreateTable })
}

// DeleteBackup calls the operation of that name, if the wrapped client has it.
func (c *Client) DeleteBackup(ctx context.Context, in *dynamodb.DeleteBackupInput, options ...func(*dynamodb.Options)) (*dynamodb.DeleteBackupOutput, error) {
	type api interface {
		DeleteBackup(context.Context, *dynamodb.DeleteBackupInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteBackupOutput, error)
	}
	return pass(ctx, c, "DeleteBackup", in, options, func(a api) method[dynamodb.DeleteBackupInput, dynamodb.DeleteBackupOutput] { return a.DeleteBackup })
}

// DeleteResourcePolicy calls the operation of that name, if the wrapped client has it.
func (c *Client) DeleteResourcePolicy(ctx context.Context, in *dynamodb.DeleteResourcePolicyInput, options ...func(*dynamodb.Options)) (*dynamodb.DeleteResourcePolicyOutput, error) {
	type api interface {
		DeleteResourcePolicy(context.Context, *dynamodb.DeleteResourcePolicyInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteResourcePolicyOutput, error)
	}
	return pass(ctx, c, "DeleteResourcePolicy", in, options, func(a api) method[dynamodb.DeleteResourcePolicyInput, dynamodb.DeleteResourcePolicyOutput] {
		return a.DeleteResourcePolicy
	})
}

// DeleteTable calls the operation of that name, if the wrapped client has it.
func (c *Client) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, options ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	type api interface {
		DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	}
	return pass(ctx, c, "DeleteTable", in, options, func(a api) method[dynamodb.DeleteTableInput, dynamodb.DeleteTableOutput] { return a.DeleteTable })
}

// DescribeBackup calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeBackup(ctx context.Context, in *dynamodb.DescribeBackupInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeBackupOutput, error) {
	type api interface {
		DescribeBackup(context.Context, *dynamodb.DescribeBackupInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeBackupOutput, error)
	}
	return pass(ctx, c, "DescribeBackup", in, options, func(a api) method[dynamodb.DescribeBackupInput, dynamodb.DescribeBackupOutput] {
		return a.DescribeBackup
	})
}

// DescribeBulkOperation calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeBulkOperation(ctx context.Context, in *dynamodb.DescribeBulkOperationInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeBulkOperationOutput, error) {
	type api interface {
		DescribeBulkOperation(context.Context, *dynamodb.DescribeBulkOperationInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeBulkOperationOutput, error)
	}
	return pass(ctx, c, "DescribeBulkOperation", in, options, func(a api) method[dynamodb.DescribeBulkOperationInput, dynamodb.DescribeBulkOperationOutput] {
		return a.DescribeBulkOperation
	})
}

// DescribeContinuousBackups calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeContinuousBackups(ctx context.Context, in *dynamodb.DescribeContinuousBackupsInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeContinuousBackupsOutput, error) {
	type api interface {
		DescribeContinuousBackups(context.Context, *dynamodb.DescribeContinuousBackupsInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeContinuousBackupsOutput, error)
	}
	return pass(ctx, c, "DescribeContinuousBackups", in, options, func(a api) method[dynamodb.DescribeContinuousBackupsInput, dynamodb.DescribeContinuousBackupsOutput] {
		return a.DescribeContinuousBackups
	})
}

// DescribeContributorInsights calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeContributorInsights(ctx context.Context, in *dynamodb.DescribeContributorInsightsInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeContributorInsightsOutput, error) {
	type api interface {
		DescribeContributorInsights(context.Context, *dynamodb.DescribeContributorInsightsInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeContributorInsightsOutput, error)
	}
	return pass(ctx, c, "DescribeContributorInsights", in, options, func(a api) method[dynamodb.DescribeContributorInsightsInput, dynamodb.DescribeContributorInsightsOutput] {
		return a.DescribeContributorInsights
	})
}

// DescribeEndpoints calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeEndpoints(ctx context.Context, in *dynamodb.DescribeEndpointsInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeEndpointsOutput, error) {
	type api interface {
		DescribeEndpoints(context.Context, *dynamodb.DescribeEndpointsInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeEndpointsOutput, error)
	}
	return pass(ctx, c, "DescribeEndpoints", in, options, func(a api) method[dynamodb.DescribeEndpointsInput, dynamodb.DescribeEndpointsOutput] {
		return a.DescribeEndpoints
	})
}

// DescribeExport calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeExport(ctx context.Context, in *dynamodb.DescribeExportInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeExportOutput, error) {
	type api interface {
		DescribeExport(context.Context, *dynamodb.DescribeExportInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeExportOutput, error)
	}
	return pass(ctx, c, "DescribeExport", in, options, func(a api) method[dynamodb.DescribeExportInput, dynamodb.DescribeExportOutput] {
		return a.DescribeExport
	})
}

// DescribeGlobalTable calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeGlobalTable(ctx context.Context, in *dynamodb.DescribeGlobalTableInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeGlobalTableOutput, error) {
	type api interface {
		DescribeGlobalTable(context.Context, *dynamodb.DescribeGlobalTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeGlobalTableOutput, error)
	}
	return pass(ctx, c, "DescribeGlobalTable", in, options, func(a api) method[dynamodb.DescribeGlobalTableInput, dynamodb.DescribeGlobalTableOutput] {
		return a.DescribeGlobalTable
	})
}

// DescribeGlobalTableSettings calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeGlobalTableSettings(ctx context.Context, in *dynamodb.DescribeGlobalTableSettingsInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeGlobalTableSettingsOutput, error) {
	type api interface {
		DescribeGlobalTableSettings(context.Context, *dynamodb.DescribeGlobalTableSettingsInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeGlobalTableSettingsOutput, error)
	}
	return pass(ctx, c, "DescribeGlobalTableSettings", in, options, func(a api) method[dynamodb.DescribeGlobalTableSettingsInput, dynamodb.DescribeGlobalTableSettingsOutput] {
		return a.DescribeGlobalTableSettings
	})
}

// DescribeImport calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeImport(ctx context.Context, in *dynamodb.DescribeImportInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeImportOutput, error) {
	type api interface {
		DescribeImport(context.Context, *dynamodb.DescribeImportInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeImportOutput, error)
	}
	return pass(ctx, c, "DescribeImport", in, options, func(a api) method[dynamodb.DescribeImportInput, dynamodb.DescribeImportOutput] {
		return a.DescribeImport
	})
}

// DescribeKinesisStreamingDestination calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeKinesisStreamingDestination(ctx context.Context, in *dynamodb.DescribeKinesisStreamingDestinationInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeKinesisStreamingDestinationOutput, error) {
	type api interface {
		DescribeKinesisStreamingDestination(context.Context, *dynamodb.DescribeKinesisStreamingDestinationInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeKinesisStreamingDestinationOutput, error)
	}
	return pass(ctx, c, "DescribeKinesisStreamingDestination", in, options, func(a api) method[dynamodb.DescribeKinesisStreamingDestinationInput, dynamodb.DescribeKinesisStreamingDestinationOutput] {
		return a.DescribeKinesisStreamingDestination
	})
}

// DescribeLimits calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeLimits(ctx context.Context, in *dynamodb.DescribeLimitsInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeLimitsOutput, error) {
	type api interface {
		DescribeLimits(context.Context, *dynamodb.DescribeLimitsInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeLimitsOutput, error)
	}
	return pass(ctx, c, "DescribeLimits", in, options, func(a api) method[dynamodb.DescribeLimitsInput, dynamodb.DescribeLimitsOutput] {
		return a.DescribeLimits
	})
}

// DescribeTable calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	type api interface {
		DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	}
	return pass(ctx, c, "DescribeTable", in, options, func(a api) method[dynamodb.DescribeTableInput, dynamodb.DescribeTableOutput] { return a.DescribeTable })
}

// DescribeTableReplicaAutoScaling calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeTableReplicaAutoScaling(ctx context.Context, in *dynamodb.DescribeTableReplicaAutoScalingInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeTableReplicaAutoScalingOutput, error) {
	type api interface {
		DescribeTableReplicaAutoScaling(context.Context, *dynamodb.DescribeTableReplicaAutoScalingInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableReplicaAutoScalingOutput, error)
	}
	return pass(ctx, c, "DescribeTableReplicaAutoScaling", in, options, func(a api) method[dynamodb.DescribeTableReplicaAutoScalingInput, dynamodb.DescribeTableReplicaAutoScalingOutput] {
		return a.DescribeTableReplicaAutoScaling
	})
}

// DescribeTimeToLive calls the operation of that name, if the wrapped client has it.
func (c *Client) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	type api interface {
		DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	}
	return pass(ctx, c, "DescribeTimeToLive", in, options, func(a api) method[dynamodb.DescribeTimeToLiveInput, dynamodb.DescribeTimeToLiveOutput] {
		return a.DescribeTimeToLive
	})
}

// DisableKinesisStreamingDestination calls the operation of that name, if the wrapped client has it.
func (c *Client) DisableKinesisStreamingDestination(ctx context.Context, in *dynamodb.DisableKinesisStreamingDestinationInput, options ...func(*dynamodb.Options)) (*dynamodb.DisableKinesisStreamingDestinationOutput, error) {
	type api interface {
		DisableKinesisStreamingDestination(context.Context, *dynamodb.DisableKinesisStreamingDestinationInput, ...func(*dynamodb.Options)) (*dynamodb.DisableKinesisStreamingDestinationOutput, error)
	}
	return pass(ctx, c, "DisableKinesisStreamingDestination", in, options, func(a api) method[dynamodb.DisableKinesisStreamingDestinationInput, dynamodb.DisableKinesisStreamingDestinationOutput] {
		return a.DisableKinesisStreamingDestination
	})
}

// EnableKinesisStreamingDestination calls the operation of that name, if the wrapped client has it.
func (c *Client) EnableKinesisStreamingDestination(ctx context.Context, in *dynamodb.EnableKinesisStreamingDestinationInput, options ...func(*dynamodb.Options)) (*dynamodb.EnableKinesisStreamingDestinationOutput, error) {
	type api interface {
		EnableKinesisStreamingDestination(context.Context, *dynamodb.EnableKinesisStreamingDestinationInput, ...func(*dynamodb.Options)) (*dynamodb.EnableKinesisStreamingDestinationOutput, error)
	}
	return pass(ctx, c, "EnableKinesisStreamingDestination", in, options, func(a api) method[dynamodb.EnableKinesisStreamingDestinationInput, dynamodb.EnableKinesisStreamingDestinationOutput] {
		return a.EnableKinesisStreamingDestination
	})
}

// ExecuteStatement calls the operation of that name, if the wrapped client has it.
func (c *Client) ExecuteStatement(ctx context.Context, in *dynamodb.ExecuteStatementInput, options ...func(*dynamodb.Options)) (*dynamodb.ExecuteStatementOutput, error) {
	type api interface {
		ExecuteStatement(context.Context, *dynamodb.ExecuteStatementInput, ...func(*dynamodb.Options)) (*dynamodb.ExecuteStatementOutput, error)
	}
	return pass(ctx, c, "ExecuteStatement", in, options, func(a api) method[dynamodb.ExecuteStatementInput, dynamodb.ExecuteStatementOutput] {
		return a.ExecuteStatement
	})
}

// ExecuteTransaction calls the operation of that name, if the wrapped client has it.
func (c *Client) ExecuteTransaction(ctx context.Context, in *dynamodb.ExecuteTransactionInput, options ...func(*dynamodb.Options)) (*dynamodb.ExecuteTransactionOutput, error) {
	type api interface {
		ExecuteTransaction(context.Context, *dynamodb.ExecuteTransactionInput, ...func(*dynamodb.Options)) (*dynamodb.ExecuteTransactionOutput, error)
	}
	return pass(ctx, c, "ExecuteTransaction", in, options, func(a api) method[dynamodb.ExecuteTransactionInput, dynamodb.ExecuteTransactionOutput] {
		return a.ExecuteTransaction
	})
}

// ExportTableToPointInTime calls the operation of that name, if the wrapped client has it.
func (c *Client) ExportTableToPointInTime(ctx context.Context, in *dynamodb.ExportTableToPointInTimeInput, options ...func(*dynamodb.Options)) (*dynamodb.ExportTableToPointInTimeOutput, error) {
	type api interface {
		ExportTableToPointInTime(context.Context, *dynamodb.ExportTableToPointInTimeInput, ...func(*dynamodb.Options)) (*dynamodb.ExportTableToPointInTimeOutput, error)
	}
	return pass(ctx, c, "ExportTableToPointInTime", in, options, func(a api) method[dynamodb.ExportTableToPointInTimeInput, dynamodb.ExportTableToPointInTimeOutput] {
		return a.ExportTableToPointInTime
	})
}

// GetResourcePolicy calls the operation of that name, if the wrapped client has it.
func (c *Client) GetResourcePolicy(ctx context.Context, in *dynamodb.GetResourcePolicyInput, options ...func(*dynamodb.Options)) (*dynamodb.GetResourcePolicyOutput, error) {
	type api interface {
		GetResourcePolicy(context.Context, *dynamodb.GetResourcePolicyInput, ...func(*dynamodb.Options)) (*dynamodb.GetResourcePolicyOutput, error)
	}
	return pass(ctx, c, "GetResourcePolicy", in, options, func(a api) method[dynamodb.GetResourcePolicyInput, dynamodb.GetResourcePolicyOutput] {
		return a.GetResourcePolicy
	})
}

// ImportTable calls the operation of that name, if the wrapped client has it.
func (c *Client) ImportTable(ctx context.Context, in *dynamodb.ImportTableInput, options ...func(*dynamodb.Options)) (*dynamodb.ImportTableOutput, error) {
	type api interface {
		ImportTable(context.Context, *dynamodb.ImportTableInput, ...func(*dynamodb.Options)) (*dynamodb.ImportTableOutput, error)
	}
	return pass(ctx, c, "ImportTable", in, options, func(a api) method[dynamodb.ImportTableInput, dynamodb.ImportTableOutput] { return a.ImportTable })
}

// ListBackups calls the operation of that name, if the wrapped client has it.
func (c *Client) ListBackups(ctx context.Context, in *dynamodb.ListBackupsInput, options ...func(*dynamodb.Options)) (*dynamodb.ListBackupsOutput, error) {
	type api interface {
		ListBackups(context.Context, *dynamodb.ListBackupsInput, ...func(*dynamodb.Options)) (*dynamodb.ListBackupsOutput, error)
	}
	return pass(ctx, c, "ListBackups", in, options, func(a api) method[dynamodb.ListBackupsInput, dynamodb.ListBackupsOutput] { return a.ListBackups })
}

// ListBulkOperations calls the operation of that name, if the wrapped client has it.
func (c *Client) ListBulkOperations(ctx context.Context, in *dynamodb.ListBulkOperationsInput, options ...func(*dynamodb.Options)) (*dynamodb.ListBulkOperationsOutput, error) {
	type api interface {
		ListBulkOperations(context.Context, *dynamodb.ListBulkOperationsInput, ...func(*dynamodb.Options)) (*dynamodb.ListBulkOperationsOutput, error)
	}
	return pass(ctx, c, "ListBulkOperations", in, options, func(a api) method[dynamodb.ListBulkOperationsInput, dynamodb.ListBulkOperationsOutput] {
		return a.ListBulkOperations
	})
}

// ListContributorInsights calls the operation of that name, if the wrapped client has it.
func (c *Client) ListContributorInsights(ctx context.Context, in *dynamodb.ListContributorInsightsInput, options ...func(*dynamodb.Options)) (*dynamodb.ListContributorInsightsOutput, error) {
	type api interface {
		ListContributorInsights(context.Context, *dynamodb.ListContributorInsightsInput, ...func(*dynamodb.Options)) (*dynamodb.ListContributorInsightsOutput, error)
	}
	return pass(ctx, c, "ListContributorInsights", in, options, func(a api) method[dynamodb.ListContributorInsightsInput, dynamodb.ListContributorInsightsOutput] {
		return a.ListContributorInsights
	})
}

// ListExports calls the operation of that name, if the wrapped client has it.
func (c *Client) ListExports(ctx context.Context, in *dynamodb.ListExportsInput, options ...func(*dynamodb.Options)) (*dynamodb.ListExportsOutput, error) {
	type api interface {
		ListExports(context.Context, *dynamodb.ListExportsInput, ...func(*dynamodb.Options)) (*dynamodb.ListExportsOutput, error)
	}
	return pass(ctx, c, "ListExports", in, options, func(a api) method[dynamodb.ListExportsInput, dynamodb.ListExportsOutput] { return a.ListExports })
}

// ListGlobalTables calls the operation of that name, if the wrapped client has it.
func (c *Client) ListGlobalTables(ctx context.Context, in *dynamodb.ListGlobalTablesInput, options ...func(*dynamodb.Options)) (*dynamodb.ListGlobalTablesOutput, error) {
	type api interface {
		ListGlobalTables(context.Context, *dynamodb.ListGlobalTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListGlobalTablesOutput, error)
	}
	return pass(ctx, c, "ListGlobalTables", in, options, func(a api) method[dynamodb.ListGlobalTablesInput, dynamodb.ListGlobalTablesOutput] {
		return a.ListGlobalTables
	})
}

// ListImports calls the operation of that name, if the wrapped client has it.
func (c *Client) ListImports(ctx context.Context, in *dynamodb.ListImportsInput, options ...func(*dynamodb.Options)) (*dynamodb.ListImportsOutput, error) {
	type api interface {
		ListImports(context.Context, *dynamodb.ListImportsInput, ...func(*dynamodb.Options)) (*dynamodb.ListImportsOutput, error)
	}
	return pass(ctx, c, "ListImports", in, options, func(a api) method[dynamodb.ListImportsInput, dynamodb.ListImportsOutput] { return a.ListImports })
}

// ListTables calls the operation of that name, if the wrapped client has it.
func (c *Client) ListTables(ctx context.Context, in *dynamodb.ListTablesInput, options ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error) {
	type api interface {
		ListTables(context.Context, *dynamodb.ListTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error)
	}
	return pass(ctx, c, "ListTables", in, options, func(a api) method[dynamodb.ListTablesInput, dynamodb.ListTablesOutput] { return a.ListTables })
}

// ListTagsOfResource calls the operation of that name, if the wrapped client has it.
func (c *Client) ListTagsOfResource(ctx context.Context, in *dynamodb.ListTagsOfResourceInput, options ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error) {
	type api interface {
		ListTagsOfResource(context.Context, *dynamodb.ListTagsOfResourceInput, ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error)
	}
	return pass(ctx, c, "ListTagsOfResource", in, options, func(a api) method[dynamodb.ListTagsOfResourceInput, dynamodb.ListTagsOfResourceOutput] {
		return a.ListTagsOfResource
	})
}

// PutResourcePolicy calls the operation of that name, if the wrapped client has it.
func (c *Client) PutResourcePolicy(ctx context.Context, in *dynamodb.PutResourcePolicyInput, options ...func(*dynamodb.Options)) (*dynamodb.PutResourcePolicyOutput, error) {
	type api interface {
		PutResourcePolicy(context.Context, *dynamodb.PutResourcePolicyInput, ...func(*dynamodb.Options)) (*dynamodb.PutResourcePolicyOutput, error)
	}
	return pass(ctx, c, "PutResourcePolicy", in, options, func(a api) method[dynamodb.PutResourcePolicyInput, dynamodb.PutResourcePolicyOutput] {
		return a.PutResourcePolicy
	})
}

// RestoreTableFromBackup calls the operation of that name, if the wrapped client has it.
func (c *Client) RestoreTableFromBackup(ctx context.Context, in *dynamodb.RestoreTableFromBackupInput, options ...func(*dynamodb.Options)) (*dynamodb.RestoreTableFromBackupOutput, error) {
	type api interface {
		RestoreTableFromBackup(context.Context, *dynamodb.RestoreTableFromBackupInput, ...func(*dynamodb.Options)) (*dynamodb.RestoreTableFromBackupOutput, error)
	}
	return pass(ctx, c, "RestoreTableFromBackup", in, options, func(a api) method[dynamodb.RestoreTableFromBackupInput, dynamodb.RestoreTableFromBackupOutput] {
		return a.RestoreTableFromBackup
	})
}

// RestoreTableToPointInTime calls the operation of that name, if the wrapped client has it.
func (c *Client) RestoreTableToPointInTime(ctx context.Context, in *dynamodb.RestoreTableToPointInTimeInput, options ...func(*dynamodb.Options)) (*dynamodb.RestoreTableToPointInTimeOutput, error) {
	type api interface {
		RestoreTableToPointInTime(context.Context, *dynamodb.RestoreTableToPointInTimeInput, ...func(*dynamodb.Options)) (*dynamodb.RestoreTableToPointInTimeOutput, error)
	}
	return pass(ctx, c, "RestoreTableToPointInTime", in, options, func(a api) method[dynamodb.RestoreTableToPointInTimeInput, dynamodb.RestoreTableToPointInTimeOutput] {
		return a.RestoreTableToPointInTime
	})
}

// SearchVectors calls the operation of that name, if the wrapped client has it.
func (c *Client) SearchVectors(ctx context.Context, in *dynamodb.SearchVectorsInput, options ...func(*dynamodb.Options)) (*dynamodb.SearchVectorsOutput, error) {
	type api interface {
		SearchVectors(context.Context, *dynamodb.SearchVectorsInput, ...func(*dynamodb.Options)) (*dynamodb.SearchVectorsOutput, error)
	}
	return pass(ctx, c, "SearchVectors", in, options, func(a api) method[dynamodb.SearchVectorsInput, dynamodb.SearchVectorsOutput] { return a.SearchVectors })
}

// StartBulkPutItems calls the operation of that name, if the wrapped client has it.
func (c *Client) StartBulkPutItems(ctx context.Context, in *dynamodb.StartBulkPutItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.StartBulkPutItemsOutput, error) {
	type api interface {
		StartBulkPutItems(context.Context, *dynamodb.StartBulkPutItemsInput, ...func(*dynamodb.Options)) (*dynamodb.StartBulkPutItemsOutput, error)
	}
	return pass(ctx, c, "StartBulkPutItems", in, options, func(a api) method[dynamodb.StartBulkPutItemsInput, dynamodb.StartBulkPutItemsOutput] {
		return a.StartBulkPutItems
	})
}

// TagResource calls the operation of that name, if the wrapped client has it.
func (c *Client) TagResource(ctx context.Context, in *dynamodb.TagResourceInput, options ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error) {
	type api interface {
		TagResource(context.Context, *dynamodb.TagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error)
	}
	return pass(ctx, c, "TagResource", in, options, func(a api) method[dynamodb.TagResourceInput, dynamodb.TagResourceOutput] { return a.TagResource })
}

// UntagResource calls the operation of that name, if the wrapped client has it.
func (c *Client) UntagResource(ctx context.Context, in *dynamodb.UntagResourceInput, options ...func(*dynamodb.Options)) (*dynamodb.UntagResourceOutput, error) {
	type api interface {
		UntagResource(context.Context, *dynamodb.UntagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.UntagResourceOutput, error)
	}
	return pass(ctx, c, "UntagResource", in, options, func(a api) method[dynamodb.UntagResourceInput, dynamodb.UntagResourceOutput] { return a.UntagResource })
}

// UpdateContinuousBackups calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateContinuousBackups(ctx context.Context, in *dynamodb.UpdateContinuousBackupsInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateContinuousBackupsOutput, error) {
	type api interface {
		UpdateContinuousBackups(context.Context, *dynamodb.UpdateContinuousBackupsInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateContinuousBackupsOutput, error)
	}
	return pass(ctx, c, "UpdateContinuousBackups", in, options, func(a api) method[dynamodb.UpdateContinuousBackupsInput, dynamodb.UpdateContinuousBackupsOutput] {
		return a.UpdateContinuousBackups
	})
}

// UpdateContributorInsights calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateContributorInsights(ctx context.Context, in *dynamodb.UpdateContributorInsightsInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateContributorInsightsOutput, error) {
	type api interface {
		UpdateContributorInsights(context.Context, *dynamodb.UpdateContributorInsightsInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateContributorInsightsOutput, error)
	}
	return pass(ctx, c, "UpdateContributorInsights", in, options, func(a api) method[dynamodb.UpdateContributorInsightsInput, dynamodb.UpdateContributorInsightsOutput] {
		return a.UpdateContributorInsights
	})
}

// UpdateGlobalTable calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateGlobalTable(ctx context.Context, in *dynamodb.UpdateGlobalTableInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateGlobalTableOutput, error) {
	type api interface {
		UpdateGlobalTable(context.Context, *dynamodb.UpdateGlobalTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateGlobalTableOutput, error)
	}
	return pass(ctx, c, "UpdateGlobalTable", in, options, func(a api) method[dynamodb.UpdateGlobalTableInput, dynamodb.UpdateGlobalTableOutput] {
		return a.UpdateGlobalTable
	})
}

// UpdateGlobalTableSettings calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateGlobalTableSettings(ctx context.Context, in *dynamodb.UpdateGlobalTableSettingsInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateGlobalTableSettingsOutput, error) {
	type api interface {
		UpdateGlobalTableSettings(context.Context, *dynamodb.UpdateGlobalTableSettingsInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateGlobalTableSettingsOutput, error)
	}
	return pass(ctx, c, "UpdateGlobalTableSettings", in, options, func(a api) method[dynamodb.UpdateGlobalTableSettingsInput, dynamodb.UpdateGlobalTableSettingsOutput] {
		return a.UpdateGlobalTableSettings
	})
}

// UpdateKinesisStreamingDestination calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateKinesisStreamingDestination(ctx context.Context, in *dynamodb.UpdateKinesisStreamingDestinationInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateKinesisStreamingDestinationOutput, error) {
	type api interface {
		UpdateKinesisStreamingDestination(context.Context, *dynamodb.UpdateKinesisStreamingDestinationInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateKinesisStreamingDestinationOutput, error)
	}
	return pass(ctx, c, "UpdateKinesisStreamingDestination", in, options, func(a api) method[dynamodb.UpdateKinesisStreamingDestinationInput, dynamodb.UpdateKinesisStreamingDestinationOutput] {
		return a.UpdateKinesisStreamingDestination
	})
}

// UpdateTable calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateTable(ctx context.Context, in *dynamodb.UpdateTableInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error) {
	type api interface {
		UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
	}
	return pass(ctx, c, "UpdateTable", in, options, func(a api) method[dynamodb.UpdateTableInput, dynamodb.UpdateTableOutput] { return a.UpdateTable })
}

// UpdateTableReplicaAutoScaling calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateTableReplicaAutoScaling(ctx context.Context, in *dynamodb.UpdateTableReplicaAutoScalingInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateTableReplicaAutoScalingOutput, error) {
	type api interface {
		UpdateTableReplicaAutoScaling(context.Context, *dynamodb.UpdateTableReplicaAutoScalingInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableReplicaAutoScalingOutput, error)
	}
	return pass(ctx, c, "UpdateTableReplicaAutoScaling", in, options, func(a api) method[dynamodb.UpdateTableReplicaAutoScalingInput, dynamodb.UpdateTableReplicaAutoScalingOutput] {
		return a.UpdateTableReplicaAutoScaling
	})
}

// UpdateTimeToLive calls the operation of that name, if the wrapped client has it.
func (c *Client) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	type api interface {
		UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
	}
	return pass(ctx, c, "UpdateTimeToLive", in, options, func(a api) method[dynamodb.UpdateTimeToLiveInput, dynamodb.UpdateTimeToLiveOutput] {
		return a.UpdateTimeToLive
	})
}
